import { Navigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useSession } from '../session/useSession'
import { firstPage } from './pages'

export function Home(): ReactNode {
  return <Navigate to={firstPage(useSession())} replace />
}
