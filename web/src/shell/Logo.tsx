import type { ReactNode } from 'react'

/** A source, and what goes out from it. */
export function Logo({ size = 24 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4351c9" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M13.5 9.5a9 9 0 0 1 0 13" />
        <path d="M18.5 5.8a14.5 14.5 0 0 1 0 20.4" opacity=".75" />
        <path d="M23.5 3.5a20 20 0 0 1 0 25" opacity=".45" />
      </g>
      <circle cx="8" cy="16" r="3.4" fill="#fff" />
    </svg>
  )
}
