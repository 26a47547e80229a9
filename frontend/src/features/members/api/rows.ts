/** Members and invitations as the API tells them, turned into what the screen shows. */
import type { Schemas } from '@/lib/api/client'
import type { Role } from '@/lib/auth/can'

export interface MemberRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly since: Date
}

export interface InvitationRow {
  readonly id: string
  readonly email: string
  readonly role: Role
  readonly endsAt: Date
}

export function memberRow(member: Schemas['MemberOut']): MemberRow {
  return {
    id: member.user_id,
    name: member.name,
    email: member.email,
    role: member.role,
    since: new Date(member.since),
  }
}

export function invitationRow(invitation: Schemas['InvitationOut']): InvitationRow {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    endsAt: new Date(invitation.expires_at),
  }
}

/** The link of a new invitation; undefined where an earlier try made it and its answer, shown once, never arrived. */
export function linkOf(created: Pick<Schemas['InvitationCreated'], 'url'>): string | undefined {
  return /^https?:/.test(created.url) ? created.url : undefined
}
