/** Who may change whom, in words before the server has to say it. The server decides; pure. */
import type { Role } from '@/lib/auth/can'
import { ROLES } from '@/lib/auth/matrix'
import { t } from '@/lib/i18n/t'
import type { MemberRow } from '../api/rows'

export interface RoleWords {
  readonly id: Role
  readonly label: string
  readonly hint: string
}

export function roleWords(role: Role): RoleWords {
  const words: Readonly<Record<Role, readonly [label: string, hint: string]>> = {
    viewer: [t('Viewer'), t('Sees Models and usage, calls nothing')],
    member: [t('Member'), t('Chats, calls Models, makes own keys')],
    engineer: [t('Engineer'), t('Also deploys and changes Models, reads their logs')],
    admin: [t('Admin'), t('Also manages members and everybody’s keys')],
    owner: [t('Owner'), t('Also makes owners, exports or erases the tenant')],
  }
  const [label, hint] = words[role]
  return { id: role, label, hint }
}

/** Roles that somebody can give: owners are made by owners only. */
export function rolesToGive(actor: string | undefined): RoleWords[] {
  return ROLES.filter(role => role !== 'owner' || actor === 'owner').map(roleWords)
}

/** Whether somebody can be changed or removed by this role at all. */
export function reachable(actor: string | undefined, target: Pick<MemberRow, 'role'>): boolean {
  return target.role !== 'owner' || actor === 'owner'
}

/** Why a member cannot get this role, or cannot go (`after` undefined); undefined: nothing speaks against it. */
export function refusal(
  members: readonly MemberRow[],
  target: MemberRow,
  after: Role | undefined,
  tenant: string,
): string | undefined {
  const owners = members.filter(member => member.role === 'owner')
  if (target.role !== 'owner' || after === 'owner' || owners.length > 1) return undefined
  return t('{name} is the last owner of {tenant}. Make somebody else an owner first.', { name: target.name, tenant })
}

const EMAIL = /^[^\s@]+@[^\s@]+$/

/** What is wrong with an address; undefined: it can be invited. */
export function checkEmail(email: string, members: readonly MemberRow[]): string | undefined {
  const address = email.trim().toLowerCase()
  if (address === '') return t('Whom do you invite? Type their e-mail address.')
  if (!EMAIL.test(address) || address.length > 254) return t('This is not an e-mail address, such as name@example.org.')
  const here = members.find(member => member.email.toLowerCase() === address)
  return here && t('{name} is a member already. Change their role in the list.', { name: here.name })
}

/** Under the title: how many, and how many of them can change who belongs here. */
export function leadOf(members: readonly MemberRow[], invitations: number): string {
  const first = t('{n, plural, one {# member} other {# members}}', { n: members.length })
  const owners = members.filter(member => member.role === 'owner').length
  const second = t('{n, plural, one {# owner} other {# owners}}', { n: owners })
  return invitations > 0
    ? t('{first}, {second}, {n, plural, one {# invitation} other {# invitations}} not accepted yet', {
        first,
        second,
        n: invitations,
      })
    : t('{first}, {second}', { first, second })
}
