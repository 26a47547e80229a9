'use client'
import type { ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, type Column } from '@/components/ui/table'
import { Tabs } from '@/components/ui/tabs'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { dollars, percent } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { useSeries, useTop } from '../api/queries'
import type { Asked, Metric, UsagePoint } from '../api/shapes'
import { dayWords } from '../store/range'
import { groupName, isRented } from '../store/stack'
import { groupingOf, short, TABS, type TabId, type View } from '../store/view'

interface BreakdownProps {
  asked: Asked
  view: View
  metric: Metric
  choose: (name: string, value: string) => void
}

const PANEL = 'usage-parts'

function tabWords(tab: TabId): string {
  if (tab === 'model') return t('By Model')
  if (tab === 'key') return t('By key')
  return tab === 'user' ? t('By member') : t('By day')
}

function headWords(tab: TabId): string {
  if (tab === 'model') return t('Model')
  if (tab === 'key') return t('Key')
  return tab === 'user' ? t('Member') : t('Day')
}

/** The same sums as the chart, a part a row; its tab also decides what the bars are stacked of. */
export function Breakdown({ asked, view, metric, choose }: BreakdownProps): ReactNode {
  const by = groupingOf(view.tab)
  const top = useTop(asked, by, metric)
  const daily = useSeries(asked, undefined, by ? undefined : metric)
  const query = by ? top : daily
  const tabs = TABS.filter(tab => tab !== 'user' || view.scope === 'tenant')
  const rows = by ? top.data : daily.data?.toReversed()
  return (
    <section aria-label={t('Parts')} className="pt-6">
      <Tabs
        label={t('Parts')}
        panel={PANEL}
        tabs={tabs.map(tab => ({ id: tab, label: tabWords(tab) }))}
        active={view.tab}
        onChange={tab => choose('by', tab)}
      />
      <div id={PANEL} role="tabpanel" aria-label={tabWords(view.tab)} className="border-line border-t pt-2">
        {query.error && <TroubleNote trouble={toTrouble(query.error)} onRetry={() => void query.refetch()} />}
        {!rows && !query.error && <Skeleton rows={4} height={30} />}
        {rows && (
          <Table
            caption={tabWords(view.tab)}
            columns={columnsFor(view.tab, metric, rows)}
            rows={rows}
            keyOf={point => `${point.bucket} ${point.kind} ${point.group}`}
          />
        )}
      </div>
    </section>
  )
}

function columnsFor(tab: TabId, metric: Metric, rows: readonly UsagePoint[]): Column<UsagePoint>[] {
  const all = rows.reduce((sum, point) => sum + point[metric], 0)
  return [
    { id: 'part', head: headWords(tab), cell: point => <Part of={point} tab={tab} /> },
    {
      id: 'requests',
      head: t('Requests'),
      figure: true,
      minor: true,
      cell: point => <Unit n={point.requests} of={t('requests')} />,
    },
    {
      id: 'failed',
      head: t('Failed'),
      figure: true,
      minor: true,
      cell: point => <Unit n={point.errors} of={t('failed')} />,
    },
    {
      id: 'tokens',
      head: t('Tokens'),
      figure: true,
      minor: true,
      cell: point => <Unit n={point.tokens} of={t('tokens')} />,
    },
    { id: 'cost', head: t('Cost'), figure: true, cell: point => dollars(point.cost_usd_micros) },
    {
      id: 'share',
      head: t('Share'),
      figure: true,
      cell: point => <Share of={all > 0 ? point[metric] / all : 0} />,
    },
  ]
}

/** The unit stands in the head on wide screens, beside the figure on phones. */
function Unit({ n, of }: { n: number; of: string }): ReactNode {
  return (
    <>
      {short(n)}
      <span className="sm:hidden"> {of}</span>
    </>
  )
}

function Part({ of: point, tab }: { of: UsagePoint; tab: TabId }): ReactNode {
  const by = groupingOf(tab)
  const name = tab === 'day' && point.bucket ? dayWords(point.bucket) : groupName(point, by)
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <span className="[overflow-wrap:anywhere]">{name}</span>
      {point.detail && <span className={`text-note text-text-3 ${tab === 'key' ? 'mono' : ''}`}>{point.detail}</span>}
      {isRented(point, by) && <span className="text-note text-text-3">{t('rented')}</span>}
    </span>
  )
}

function Share({ of: share }: { of: number }): ReactNode {
  return (
    <span className="flex items-center justify-end gap-3">
      <span aria-hidden className="bg-line h-1 w-20 overflow-hidden rounded-[2px] max-sm:hidden">
        <span className="bg-text-2 block h-full" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="w-10">{percent(share)}</span>
    </span>
  )
}
