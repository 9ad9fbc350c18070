import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import { useCall } from '../api/useCall'
import { useSession } from '../session/useSession'

const MOST = 1000
const EVERY_MS = 2_000 // as long as one of them is on its way out

/** All accounts; nothing is asked but by whoever runs the installation. */
export function useAccounts() {
  const { token } = useSession()
  return useQuery({
    queryKey: ['accounts', 'list'],
    queryFn: ({ signal }) => answer(api.GET('/v1/accounts', { params: { query: { limit: MOST } }, signal })),
    enabled: token.bootstrap,
    refetchInterval: ({ state }) =>
      state.data?.accounts.some((account) => account.state === 'deleting') ? EVERY_MS : false,
  })
}

export function useMakeAccount() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (name: string) => answer(api.POST('/v1/accounts', { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  })
}

/** Deletes an account with everything in it. */
export function useDeleteAccount() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (name: string) =>
      answer(api.DELETE('/v1/accounts/{name}', { params: { path: { name }, query: { confirm: name } } })),
    onSuccess: () => Promise.all(['accounts', 'audit'].map((noun) => client.invalidateQueries({ queryKey: [noun] }))),
  })
}

/** The account of whoever is signed in, and how long it is kept. */
export function useOwnAccount() {
  return useQuery({
    queryKey: ['accounts', 'own'],
    queryFn: ({ signal }) => answer(api.GET('/v1/account', { signal })),
  })
}

/** Says for how many days it is kept; null: as long as the installation says. */
export function useKeep() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (days: number | null) => answer(api.PATCH('/v1/account', { body: { retention_days: days } })),
    onSuccess: () => Promise.all(['accounts', 'audit'].map((noun) => client.invalidateQueries({ queryKey: [noun] }))),
  })
}
