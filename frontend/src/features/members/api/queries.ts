import { useQuery } from '@tanstack/react-query'
import { allPages, api, unwrap } from '@/lib/api/client'
import { useKnown } from '@/lib/auth/use-known'
import { keys } from './keys'
import { invitationRow, memberRow, type InvitationRow, type MemberRow } from './rows'

const page = (cursor: string | undefined) => ({ params: { query: { limit: 200, ...(cursor && { cursor }) } } })

/** By name, so that people are found; the API has them newest first. */
export async function readMembers(): Promise<MemberRow[]> {
  const rows = await allPages(cursor => unwrap(api().GET('/api/v1/tenant/members', page(cursor))))
  return rows.map(memberRow).sort((a, b) => a.name.localeCompare(b.name))
}

export async function readInvitations(): Promise<InvitationRow[]> {
  const rows = await allPages(cursor => unwrap(api().GET('/api/v1/tenant/invitations', page(cursor))))
  return rows.map(invitationRow)
}

export function useMembers() {
  const known = useKnown()
  return useQuery({ queryKey: keys.list({ of: 'members' }), queryFn: readMembers, enabled: known })
}

export function useInvitations() {
  const known = useKnown()
  return useQuery({ queryKey: keys.list({ of: 'invitations' }), queryFn: readInvitations, enabled: known })
}
