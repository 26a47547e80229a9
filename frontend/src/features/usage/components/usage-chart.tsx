'use client'
import dynamic from 'next/dynamic'
import { useMemo, type ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { Segmented } from '@/components/ui/tabs'
import { t } from '@/lib/i18n/t'
import type { Asked, Metric, Summary, UsagePoint } from '../api/shapes'
import { eachDay, restOfMonth } from '../store/range'
import { expected, stack } from '../store/stack'
import { axis, figure, groupingOf, METRICS, metricWords, toCome, type View } from '../store/view'

const waiting = () => <Skeleton rows={9} height={28} />
const Chart = dynamic(() => import('@/components/ui/chart').then(file => file.Chart), { ssr: false, loading: waiting })

interface UsageChartProps {
  asked: Asked
  view: View
  metric: Metric
  summary: Summary
  /** Absent: on their way. */
  points: readonly UsagePoint[] | undefined
  choose: (name: string, value: string) => void
}

export function UsageChart({ asked, view, metric, summary, points, choose }: UsageChartProps): ReactNode {
  const { from, to } = asked
  const { tab, range } = view
  const drawn = useMemo(() => {
    const { series, bars } = stack(points ?? [], eachDay({ from, to }), groupingOf(tab), metric)
    const ahead = range === 'month' ? expected(restOfMonth(to), toCome(summary.month, metric)) : []
    return { series, bars: [...bars, ...ahead] }
  }, [points, from, to, tab, metric, range, summary])
  return (
    <div className="min-w-0 py-4 lg:ps-6">
      {points ? (
        <Chart
          {...drawn}
          label={t('{metric} by day', { metric: metricWords(metric) })}
          format={value => figure(metric, value)}
          axis={value => axis(metric, value)}
          actions={<Measure metric={metric} choose={choose} />}
        />
      ) : (
        waiting()
      )}
    </div>
  )
}

function Measure({ metric, choose }: Pick<UsageChartProps, 'metric' | 'choose'>): ReactNode {
  return (
    <Segmented
      label={t('What the bars measure')}
      options={METRICS.map(id => ({ id, label: metricWords(id) }))}
      active={metric}
      onChange={id => choose('metric', id)}
    />
  )
}
