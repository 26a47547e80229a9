'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Empty } from '@/components/ui/empty'
import { State } from '@/components/ui/pill'
import { Table, type Column } from '@/components/ui/table'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import { usePods } from '../api/queries'
import type { ModelDetail, Pod } from '../api/types'
import { useNow } from '@/lib/time/use-now'
import { Part } from './part'

function PodState({ pod }: { pod: Pod }): ReactNode {
  if (pod.ready) return <State tone="ready" words={t('Ready')} />
  if (pod.phase === 'Failed') return <State tone="failed" words={t('Failed')} />
  return <State tone="waking" words={pod.phase === 'Pending' ? t('Waiting') : t('Starting')} />
}

export function Replicas({ model }: { model: ModelDetail }): ReactNode {
  const now = useNow()
  const columns: readonly Column<Pod>[] = [
    {
      id: 'name',
      head: t('Replica'),
      cell: pod => (
        <Link
          prefetch={false}
          className="mono text-secondary hover:text-accent [overflow-wrap:anywhere]"
          href={`/models/${model.name}?tab=logs&pod=${pod.name}`}
        >
          {pod.name}
        </Link>
      ),
    },
    { id: 'state', head: t('State'), cell: pod => <PodState pod={pod} /> },
    { id: 'node', head: t('Node'), minor: true, cell: pod => pod.node ?? t('none yet') },
    { id: 'restarts', head: t('Restarts'), figure: true, minor: true, cell: pod => count(pod.restarts) },
    {
      id: 'age',
      head: t('Started'),
      figure: true,
      minor: true,
      cell: pod => (pod.started_at ? ago(new Date(pod.started_at), now) : t('not yet')),
    },
  ]
  return (
    <Part query={usePods(model.name)}>
      {({ items }) =>
        items.length > 0 ? (
          <Table caption={t('Replicas')} columns={columns} rows={items} keyOf={pod => pod.name} />
        ) : (
          <Empty>
            {stateWords(model).tone === 'asleep'
              ? t('Asleep: no replica runs. The first request wakes it.')
              : t('No replica runs.')}
          </Empty>
        )
      }
    </Part>
  )
}
