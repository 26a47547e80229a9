import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, type Schemas } from '@/lib/api/client'
import { keys } from './keys'
import { secretOf } from './rows'

export interface NewKey {
  /** The same for each try to make this one key, so that a lost answer makes no second key. */
  readonly attempt: string
  readonly key: Schemas['KeyIn']
}

/** The new key's text; undefined where its answer was lost on the way before. */
export async function createKey({ attempt, key }: NewKey): Promise<string | undefined> {
  const created = await unwrap(api().POST('/api/v1/keys', { body: key, headers: { 'Idempotency-Key': attempt } }))
  return secretOf(created)
}

export async function revokeKey(id: string): Promise<void> {
  await unwrap(api().DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id: id } } }))
}

export function useCreateKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: createKey,
    gcTime: 0, // nothing of the answer stays anywhere
    onSettled: () => client.invalidateQueries({ queryKey: keys.all() }),
  })
}

export function useRevokeKey() {
  const client = useQueryClient()
  return useMutation({ mutationFn: revokeKey, onSettled: () => client.invalidateQueries({ queryKey: keys.all() }) })
}
