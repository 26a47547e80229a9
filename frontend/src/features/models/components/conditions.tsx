'use client'
import type { ReactNode } from 'react'
import { State } from '@/components/ui/pill'
import { Table, type Column } from '@/components/ui/table'
import { t } from '@/lib/i18n/t'
import { labelOf } from '@/lib/schema-form/schema'
import { ago } from '@/lib/time/words'
import type { StateTone } from '@/lib/words/states'
import type { Condition } from '../api/types'
import { isBad } from '../words'

function toneOf(condition: Condition): StateTone {
  if (condition.status === 'Unknown') return 'waking'
  return isBad(condition) ? 'failed' : 'ready'
}

/** `True` is said as the fact, not as the word of a program. */
function wordsOf(condition: Condition): string {
  if (condition.status === 'Unknown') return t('Not known yet')
  if (condition.type === 'Degraded') return condition.status === 'True' ? t('Yes') : t('No')
  return condition.status === 'True' ? t('Yes') : t('Not yet')
}

export function Conditions({ conditions, now }: { conditions: readonly Condition[]; now: Date }): ReactNode {
  const columns: readonly Column<Condition>[] = [
    { id: 'type', head: t('Condition'), width: '150px', cell: one => labelOf(one.type) },
    {
      id: 'status',
      head: t('Met'),
      width: '150px',
      cell: one => <State tone={toneOf(one)} words={wordsOf(one)} />,
    },
    { id: 'reason', head: t('Reason'), width: '190px', minor: true, cell: one => one.reason },
    {
      id: 'message',
      head: t('Message'),
      minor: true,
      cell: one => <span className="text-text-2 [overflow-wrap:anywhere]">{one.message}</span>,
    },
    {
      id: 'since',
      head: t('Since'),
      figure: true,
      minor: true,
      width: '110px',
      cell: one => (
        <span className="text-text-2 whitespace-nowrap">
          {one.last_transition_time ? ago(new Date(one.last_transition_time), now) : ''}
        </span>
      ),
    },
  ]
  return (
    <section aria-labelledby="conditions">
      <h2 id="conditions" className="pb-2">
        {t('Conditions')}
      </h2>
      {conditions.length > 0 ? (
        <Table caption={t('Conditions')} columns={columns} rows={conditions} keyOf={one => one.type} />
      ) : (
        <p className="text-text-2">{t('The operator has not looked at it yet.')}</p>
      )}
    </section>
  )
}
