import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Table, type Column } from '@/components/ui/table'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import type { InvitationRow } from '../api/rows'
import { roleWords } from '../store/rules'
import type { Open } from './members-screen'

interface InvitationsProps {
  rows: readonly InvitationRow[]
  /** Nobody else is here yet. */
  alone: boolean
  /** Absent: nothing can be taken back now. */
  act?: (open: Open) => void
}

const columnsFor = (now: Date): Column<InvitationRow>[] => [
  {
    id: 'email',
    head: t('For'),
    cell: invitation => <span className="[overflow-wrap:anywhere]">{invitation.email}</span>,
  },
  { id: 'role', head: t('Role'), minor: true, cell: invitation => roleWords(invitation.role).label },
  {
    id: 'ends',
    head: t('Link works'),
    minor: true,
    figure: true,
    cell: invitation => t('until {when}', { when: ago(invitation.endsAt, now) }),
  },
]

export function Invitations({ rows, alone, act }: InvitationsProps): ReactNode {
  if (rows.length === 0 && !alone) return null
  if (rows.length === 0)
    return (
      <Empty>
        {t('You are alone here. An invitation gives you a link that you send yourself, by whatever way you trust.')}
      </Empty>
    )
  const menu =
    act &&
    ((invitation: InvitationRow) => (
      <Button
        small
        tone="ghost"
        aria-label={t('Take back the invitation of {email}', { email: invitation.email })}
        onClick={() => act({ kind: 'takeBack', invitation })}
      >
        {t('Take back')}
      </Button>
    ))
  return (
    <section aria-labelledby="invitations" className="pt-8">
      <h2 id="invitations" className="pb-2">
        {t('Invited, not here yet')}
      </h2>
      <Table
        caption={t('Invitations')}
        columns={columnsFor(new Date())}
        rows={rows}
        keyOf={invitation => invitation.id}
        {...(menu && { menu })}
      />
    </section>
  )
}
