'use client'
import type { ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Page } from '@/components/ui/page'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { ago, clock } from '@/lib/time/words'
import { useSeries, useSummary } from '../api/queries'
import type { Asked } from '../api/shapes'
import { useExport } from '../hooks/use-export'
import { useView } from '../hooks/use-view'
import { daysOf, spanWords } from '../store/range'
import { groupingOf, suggested } from '../store/view'
import { Breakdown } from './breakdown'
import { Controls } from './controls'
import { Figures } from './figures'
import { UsageChart } from './usage-chart'

export function UsageScreen(): ReactNode {
  const { view, rights, choose } = useView()
  const { role } = useAuth()
  const now = new Date()
  const asked: Asked = { ...daysOf(view.range, now), scope: view.scope }
  const saving = useExport(asked)
  const refused = role !== undefined && view.scope === 'tenant' && !rights.tenant
  return (
    <Page
      title={t('Usage')}
      lead={!refused && <Lead asked={asked} />}
      actions={<Controls view={view} rights={rights} choose={choose} now={now} saving={saving} refused={refused} />}
    >
      {saving.trouble && <TroubleNote trouble={saving.trouble} onRetry={() => void saving.run()} />}
      {refused ? <NotTheTenants choose={choose} /> : <Report asked={asked} view={view} choose={choose} />}
    </Page>
  )
}

function useWhat(asked: Asked): string {
  const { tenant } = useAuth()
  const whose = asked.scope === 'tenant' ? (tenant?.display ?? t('The tenant')) : t('Yours, with all of your keys')
  return t('{whose}, {days}', { whose, days: spanWords(asked) })
}

function Lead({ asked }: { asked: Asked }): ReactNode {
  const what = useWhat(asked)
  const summary = useSummary(asked)
  const online = useOnline()
  if (!summary.data) return what
  const at = new Date(summary.dataUpdatedAt)
  return online
    ? t('{what}. Updated {time}.', { what, time: clock(at) })
    : t('{what}. As of {when}.', { what, when: ago(at, new Date()) })
}

type ReportProps = { asked: Asked } & Pick<ReturnType<typeof useView>, 'view' | 'choose'>

function Report({ asked, view, choose }: ReportProps): ReactNode {
  const summary = useSummary(asked)
  const metric = view.metric ?? suggested(summary.data)
  const by = groupingOf(view.tab)
  const series = useSeries(asked, by, metric)
  const error = summary.error ?? series.error
  const retry = () => void Promise.all([summary.refetch(), series.refetch()])
  return (
    <>
      {error && <TroubleNote trouble={toTrouble(error)} onRetry={retry} />}
      {!summary.data && !error && <Skeleton rows={9} height={34} />}
      {summary.data?.requests === 0 && <Nothing />}
      {summary.data && summary.data.requests > 0 && metric && (
        <>
          <div className="border-line grid border-y lg:grid-cols-[266px_minmax(0,1fr)]">
            <Figures summary={summary.data} running={view.range === 'month'} />
            <UsageChart {...{ asked, view, metric, choose }} summary={summary.data} points={series.data} />
          </div>
          <Breakdown {...{ asked, view, metric, choose }} />
        </>
      )}
    </>
  )
}

function Nothing(): ReactNode {
  return (
    <Empty action={<ButtonLink href="/chat">{t('Ask a Model')}</ButtonLink>}>
      {t('Nothing was used in these days. What people and programs ask of Models stands here within a minute.')}
    </Empty>
  )
}

function NotTheTenants({ choose }: Pick<ReportProps, 'choose'>): ReactNode {
  return (
    <div className="text-text-2 py-6">
      <p className="text-text font-medium">
        {t('The usage of the whole tenant needs the role engineer, admin or owner.')}
      </p>
      <p>
        {t('An admin of your tenant can give it to you, under Members.')}{' '}
        <button type="button" className="link coarse:min-h-11" onClick={() => choose('scope', 'mine')}>
          {t('Show my own usage')}
        </button>
      </p>
    </div>
  )
}
