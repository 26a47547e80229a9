'use client'
import type { ReactNode } from 'react'
import { Empty } from '@/components/ui/empty'
import { State } from '@/components/ui/pill'
import { t } from '@/lib/i18n/t'
import { labelOf } from '@/lib/schema-form/schema'
import { moment } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import { useHistory } from '../api/queries'
import type { Transition } from '../api/types'
import { useNow } from '@/lib/time/use-now'
import { Part } from './part'

/** What became of it, newest first: a logbook with the time in the margin. */
export function History({ name }: { name: string }): ReactNode {
  const now = useNow()
  return (
    <Part query={useHistory(name)}>
      {({ items }) =>
        items.length > 0 ? (
          <ol>
            {items.map(one => (
              <li
                key={one.id}
                className="border-line grid grid-cols-[92px_minmax(0,1fr)] gap-x-4 border-b py-2.5 sm:grid-cols-[124px_220px_minmax(0,1fr)]"
              >
                <time dateTime={one.at} className="num text-secondary text-text-3">
                  {moment(new Date(one.at), now)}
                </time>
                <What one={one} />
                <span className="text-text-2 [overflow-wrap:anywhere] max-sm:col-start-2">{one.message}</span>
              </li>
            ))}
          </ol>
        ) : (
          <Empty>{t('No change has been recorded yet.')}</Empty>
        )
      }
    </Part>
  )
}

function What({ one }: { one: Transition }): ReactNode {
  if (one.type === 'Revision') return <span className="font-medium">{t('New revision')}</span>
  if (one.type !== 'Phase')
    return (
      <span>
        {labelOf(one.type)}: {one.reason || one.status}
      </span>
    )
  const { tone, words } = stateWords({ phase: one.status, reason: one.reason, message: one.message })
  return <State tone={tone} words={words} />
}
