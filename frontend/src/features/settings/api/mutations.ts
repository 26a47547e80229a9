import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/lib/api/client'
import { profileKey, sessionsKey } from './keys'

export function useSaveProfile() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; tz: string }) => unwrap(api().PATCH('/api/v1/me', { body })),
    onSuccess: me => client.setQueryData(profileKey(), me),
  })
}

export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api().DELETE('/api/v1/me/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsKey() }),
  })
}
