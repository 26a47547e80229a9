'use client'
import type { ReactNode } from 'react'
import { Empty } from '@/components/ui/empty'
import { State } from '@/components/ui/pill'
import { Table, type Column } from '@/components/ui/table'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import { useEvents } from '../api/queries'
import type { ModelEvent } from '../api/types'
import { useNow } from '@/lib/time/use-now'
import { Part } from './part'

export function Events({ name }: { name: string }): ReactNode {
  const now = useNow()
  const columns: readonly Column<ModelEvent>[] = [
    {
      id: 'reason',
      head: t('Event'),
      width: '210px',
      cell: one => (one.type === 'Warning' ? <State tone="degraded" words={one.reason} /> : <span>{one.reason}</span>),
    },
    {
      id: 'message',
      head: t('Message'),
      minor: true,
      cell: one => <span className="text-text-2 [overflow-wrap:anywhere]">{one.message}</span>,
    },
    {
      id: 'object',
      head: t('About'),
      minor: true,
      cell: one => <span className="mono text-note [overflow-wrap:anywhere]">{one.object}</span>,
    },
    { id: 'count', head: t('Times'), figure: true, minor: true, cell: one => count(one.count) },
    {
      id: 'at',
      head: t('Last seen'),
      figure: true,
      minor: true,
      cell: one => <span className="whitespace-nowrap">{one.at ? ago(new Date(one.at), now) : ''}</span>,
    },
  ]
  return (
    <Part query={useEvents(name)}>
      {({ items }) =>
        items.length > 0 ? (
          <Table
            caption={t('Events')}
            columns={columns}
            rows={items}
            keyOf={one => `${one.object} ${one.reason} ${one.at} ${one.message}`}
          />
        ) : (
          <Empty>{t('Nothing happened within the last hour; older Events are under History.')}</Empty>
        )
      }
    </Part>
  )
}
