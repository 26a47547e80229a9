import { useQuery } from '@tanstack/react-query'
import { allPages, api, unwrap, type Schemas } from '@/lib/api/client'
import { useKnown } from '@/lib/auth/use-known'
import { profileKey, sessionsKey } from './keys'

export type Session = Schemas['SessionInfo']

export function useProfile() {
  const known = useKnown()
  return useQuery({ queryKey: profileKey(), queryFn: () => unwrap(api().GET('/api/v1/me')), enabled: known })
}

/** This browser first, then by when each was used last. */
export const inOrder = (rows: readonly Session[]): Session[] =>
  rows.toSorted((a, b) => Number(b.current) - Number(a.current) || b.used_at.localeCompare(a.used_at))

/** Where one is signed in. */
export function useSessions() {
  const known = useKnown()
  return useQuery({
    queryKey: sessionsKey(),
    queryFn: () =>
      allPages(cursor =>
        unwrap(api().GET('/api/v1/me/sessions', { params: { query: { ...(cursor && { cursor }) } } })),
      ),
    select: inOrder,
    enabled: known,
  })
}
