'use client'
import { UserPlus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Page } from '@/components/ui/page'
import { Skeleton } from '@/components/ui/skeleton'
import { toast } from '@/components/ui/toast'
import { Forbidden, TroubleNote } from '@/components/ui/trouble'
import { troubleIn } from '@/lib/api/trouble-in'
import { useOnline } from '@/lib/api/use-online'
import { leastRole } from '@/lib/auth/can'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useShortcut } from '@/lib/keyboard/keys'
import { useCommands } from '@/lib/palette/commands'
import { ago } from '@/lib/time/words'
import { useInvitations, useMembers } from '../api/queries'
import type { InvitationRow, MemberRow } from '../api/rows'
import { leadOf } from '../store/rules'
import { Invitations } from './invitations'
import { MembersTable } from './members-table'

const InviteDialog = dynamic(() => import('./invite-dialog').then(file => file.InviteDialog), { ssr: false })
const RoleDialog = dynamic(() => import('./role-dialog').then(file => file.RoleDialog), { ssr: false })
const RemoveDialog = dynamic(() => import('./remove-dialog').then(file => file.RemoveDialog), { ssr: false })
const TakeBackDialog = dynamic(() => import('./remove-dialog').then(file => file.TakeBackDialog), { ssr: false })

export type Open =
  { kind: 'invite' } | { kind: 'role' | 'remove'; member: MemberRow } | { kind: 'takeBack'; invitation: InvitationRow }

export function MembersScreen(): ReactNode {
  const allowed = useCan('tenant.admin')
  const known = useAuth().role !== undefined
  if (known && !allowed)
    return (
      <Page title={t('Members')}>
        <Forbidden role={leastRole('tenant.admin')} />
      </Page>
    )
  return <Lists />
}

function Lists(): ReactNode {
  const members = useMembers()
  const invitations = useInvitations()
  const online = useOnline()
  const [open, setOpen] = useState<Open>()
  const invite = useCallback(() => online && setOpen({ kind: 'invite' }), [online])
  useShortcut('n', t('Invite somebody'), invite)
  useCommands(
    useMemo(() => [{ id: 'members.invite', label: t('Invite somebody'), group: t('Members'), run: invite }], [invite]),
  )
  const rows = members.data
  const act = online ? setOpen : undefined
  const trouble = troubleIn(members)
  const untold = troubleIn(invitations)
  return (
    <Page
      title={t('Members')}
      lead={
        !rows
          ? t('Who belongs to this tenant, and what they may do')
          : online
            ? leadOf(rows, invitations.data?.length ?? 0)
            : t('As of {when}. Members are changed when you are connected again.', {
                when: ago(new Date(members.dataUpdatedAt), new Date()),
              })
      }
      actions={
        <Button tone="primary" icon={<Icon of={UserPlus} small />} onClick={invite} disabled={!online}>
          {t('Invite somebody')}
        </Button>
      }
    >
      {trouble && <TroubleNote trouble={trouble} onRetry={() => void members.refetch()} />}
      {members.isPending && <Skeleton rows={6} height={37} />}
      {rows && <MembersTable rows={rows} {...(act && { act })} />}
      {untold && !trouble && <TroubleNote trouble={untold} onRetry={() => void invitations.refetch()} />}
      {invitations.data && rows && (
        <Invitations rows={invitations.data} alone={rows.length === 1} {...(act && { act })} />
      )}
      {open && <Opened open={open} members={rows ?? []} onClose={() => setOpen(undefined)} />}
    </Page>
  )
}

interface OpenedProps {
  open: Open
  members: readonly MemberRow[]
  onClose: () => void
}

function Opened({ open, members, onClose }: OpenedProps): ReactNode {
  const done = (words: string) => (onClose(), toast(words))
  if (open.kind === 'invite') return <InviteDialog members={members} onClose={onClose} />
  if (open.kind === 'takeBack') return <TakeBackDialog of={open.invitation} onClose={onClose} onDone={done} />
  if (open.kind === 'role') return <RoleDialog of={open.member} members={members} onClose={onClose} onDone={done} />
  return <RemoveDialog of={open.member} members={members} onClose={onClose} onDone={done} />
}
