import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, type Schemas } from '@/lib/api/client'
import type { Role } from '@/lib/auth/can'
import { keys } from './keys'
import { linkOf } from './rows'

export interface NewInvitation {
  /** The same for each try to make this one invitation. */
  readonly attempt: string
  readonly invitation: Schemas['InviteIn']
}

/** The link; undefined where its answer was lost on the way before. */
export async function invite({ attempt, invitation }: NewInvitation): Promise<string | undefined> {
  const made = api().POST('/api/v1/tenant/invitations', { body: invitation, headers: { 'Idempotency-Key': attempt } })
  return linkOf(await unwrap(made))
}

export async function takeBack(id: string): Promise<void> {
  await unwrap(api().DELETE('/api/v1/tenant/invitations/{invitation_id}', { params: { path: { invitation_id: id } } }))
}

export async function changeRole({ id, role }: { id: string; role: Role }): Promise<void> {
  await unwrap(api().PATCH('/api/v1/tenant/members/{user_id}', { params: { path: { user_id: id } }, body: { role } }))
}

export async function removeMember(id: string): Promise<void> {
  await unwrap(api().DELETE('/api/v1/tenant/members/{user_id}', { params: { path: { user_id: id } } }))
}

/** Whatever came of it, the lists are read anew: what was refused may have changed under somebody else's hands. */
function useWrite<In, Out>(mutationFn: (given: In) => Promise<Out>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    gcTime: 0, // a link of an invitation stays nowhere
    onSettled: () => client.invalidateQueries({ queryKey: keys.all() }),
  })
}

export const useInvite = () => useWrite(invite)
export const useTakeBack = () => useWrite(takeBack)
export const useChangeRole = () => useWrite(changeRole)
export const useRemoveMember = () => useWrite(removeMember)
