import { Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { Table, type Column } from '@/components/ui/table'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { day } from '@/lib/time/words'
import type { MemberRow } from '../api/rows'
import { reachable, roleWords } from '../store/rules'
import type { Open } from './members-screen'

interface MembersTableProps {
  rows: readonly MemberRow[]
  /** Absent: nobody can be changed now. */
  act?: (open: Open) => void
}

function columnsFor(me: string | undefined, now: Date): Column<MemberRow>[] {
  return [
    {
      id: 'name',
      head: t('Person'),
      cell: member => (
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium [overflow-wrap:anywhere]">{member.name}</span>
          {member.id === me && <span className="text-note text-text-3">{t('you')}</span>}
        </span>
      ),
    },
    {
      id: 'email',
      head: t('E-mail'),
      minor: true,
      cell: member => <span className="[overflow-wrap:anywhere]">{member.email}</span>,
    },
    {
      id: 'role',
      head: t('Role'),
      cell: member => <span title={roleWords(member.role).hint}>{roleWords(member.role).label}</span>,
    },
    {
      id: 'since',
      head: t('Here'),
      minor: true,
      figure: true,
      cell: member => t('since {day}', { day: day(member.since, now) }),
    },
  ]
}

export function MembersTable({ rows, act }: MembersTableProps): ReactNode {
  const { user, role } = useAuth()
  const menu = act && ((member: MemberRow) => reachable(role, member) && <Actions of={member} act={act} />)
  return (
    <Table
      caption={t('Members')}
      columns={columnsFor(user?.id, new Date())}
      rows={rows}
      keyOf={member => member.id}
      {...(menu && { menu })}
    />
  )
}

function Actions({ of: member, act }: { of: MemberRow; act: (open: Open) => void }): ReactNode {
  return (
    <Menu
      label={t('What to do with {name}', { name: member.name })}
      items={[
        { label: t('Change role'), onSelect: () => act({ kind: 'role', member }) },
        { label: t('Remove'), danger: true, onSelect: () => act({ kind: 'remove', member }) },
      ]}
    >
      <Icon of={Ellipsis} />
    </Menu>
  )
}
