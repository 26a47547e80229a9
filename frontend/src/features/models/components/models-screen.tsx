'use client'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import dynamic from 'next/dynamic'
import { useMemo, type ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Icon } from '@/components/ui/icon'
import { Page } from '@/components/ui/page'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useCommands } from '@/lib/palette/commands'
import { useSearch } from '@/lib/route/segment'
import { ago } from '@/lib/time/words'
import { useModels } from '../api/queries'
import type { ModelRow } from '../api/types'
import { useUsageByModel } from '../api/usage'
import { useListKeys } from '../hooks/use-list-keys'
import { useLiveModels, type Freshness } from '../hooks/use-live-models'
import { useNow } from '@/lib/time/use-now'
import { useDialogs } from '../store/dialogs'
import { hasRequests } from '../engines'
import { counts, filterPath, readFilter, shown, summary } from '../store/filter'
import { Filters } from './filters'
import { FirstModel } from './first-model'
import { clockWithSeconds } from '../seconds'
import { Legend } from './legend'
import { ModelList } from './model-list'
import { RefusedNote } from './refused-note'
import { QuotaMeter } from './quota-meter'

const ModelDialogs = dynamic(() => import('./dialogs').then(m => m.ModelDialogs), { ssr: false })

export function ModelsScreen(): ReactNode {
  const may = useCan('models.write')
  const models = useModels()
  const live = useLiveModels()
  const asking = useDialogs(state => state.open !== undefined)
  useListKeys()
  useOwnCommands(may)
  return (
    <Page
      title={t('Models')}
      lead={<Lead rows={models.data} />}
      actions={
        <>
          {models.data && <QuotaMeter rows={models.data} />}
          {may && (
            <ButtonLink tone="primary" href="/deploy" icon={<Icon of={Plus} small />}>
              {t('Deploy a model')}
            </ButtonLink>
          )}
        </>
      }
    >
      <RefusedNote />
      {models.error && (
        <TroubleNote trouble={toTrouble(models.error)} onRetry={() => void models.refetch()}>
          {models.data &&
            t('Below is what was known {when}.', { when: ago(new Date(models.dataUpdatedAt), new Date()) })}
        </TroubleNote>
      )}
      {models.isPending && <Skeleton rows={7} height={52} />}
      {models.data && <Catalogue rows={models.data} may={may} live={live} read={models.dataUpdatedAt} />}
      {asking && <ModelDialogs />}
    </Page>
  )
}

function Lead({ rows }: { rows: readonly ModelRow[] | undefined }): ReactNode {
  if (!rows?.length) return null
  const { now, onDemand, attention } = summary(rows)
  return (
    <span className="num">
      {t('{now} of {all} {now, plural, one {answers} other {answer}} now', { now, all: rows.length })}
      {onDemand > 0 && t(', {n} {n, plural, one {wakes} other {wake}} on demand', { n: onDemand })}
      {attention > 0 && t(', {n} {n, plural, one {needs} other {need}} you', { n: attention })}.
    </span>
  )
}

interface CatalogueProps {
  rows: readonly ModelRow[]
  may: boolean
  live: Freshness
  /** Milliseconds. */
  read: number
}

function Catalogue({ rows, may, live, read }: CatalogueProps): ReactNode {
  const tenant = useAuth().tenant?.name ?? ''
  const search = useSearch().toString()
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search])
  const online = useOnline()
  const now = useNow()
  const usage = useUsageByModel(1)
  const some = useMemo(() => shown(rows, filter, tenant), [rows, filter, tenant])
  if (rows.length === 0) return <FirstModel may={may} />
  return (
    <>
      <Filters filter={filter} counts={counts(rows, tenant)} />
      {some.length > 0 ? (
        <ModelList rows={some} usage={usage} now={now} />
      ) : (
        <Empty action={<ButtonLink href={filterPath({ q: '', show: 'all' })}>{t('Show all')}</ButtonLink>}>
          {t('No Model fits this filter.')}
        </Empty>
      )}
      <Legend requests={rows.some(row => hasRequests(row.lifeline))}>
        {freshLine(online, live, clockWithSeconds(live.last ?? new Date(read)))}
      </Legend>
    </>
  )
}

function freshLine(online: boolean, { stale }: Freshness, time: string): string {
  if (!online) return t('Offline, as of {time}', { time })
  return stale ? t('The cluster cannot be seen now; as of {time}', { time }) : t('Live, last change {time}', { time })
}

function useOwnCommands(may: boolean): void {
  const router = useRouter()
  useCommands(
    useMemo(
      () =>
        may
          ? [{ id: 'models.deploy', label: t('Deploy a model'), group: t('Models'), run: () => router.push('/deploy') }]
          : [],
      [may, router],
    ),
  )
}
