'use client'
import dynamic from 'next/dynamic'
import { useEffect, useMemo, type ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs } from '@/components/ui/tabs'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { register } from '@/lib/keyboard/keys'
import { moveTo, useSearch } from '@/lib/route/segment'
import type { ModelDetail } from '../api/types'
import { Overview } from './overview'

const Loading = () => <Skeleton rows={5} height={28} />
const Replicas = dynamic(() => import('./replicas').then(m => m.Replicas), { ssr: false, loading: Loading })
const Logs = dynamic(() => import('./logs').then(m => m.Logs), { ssr: false, loading: Loading })
const Events = dynamic(() => import('./events').then(m => m.Events), { ssr: false, loading: Loading })
const History = dynamic(() => import('./history').then(m => m.History), { ssr: false, loading: Loading })
const Config = dynamic(() => import('./config').then(m => m.Config), { ssr: false, loading: Loading })

interface TabOf {
  readonly id: string
  readonly label: string
  readonly show: (model: ModelDetail) => ReactNode
}

/** Pods, logs and events need a role; an External Model has none of the first two. */
function tabsFor(model: ModelDetail, mayLook: boolean): TabOf[] {
  const hasPods = model.engine !== 'External'
  const all: (TabOf | false)[] = [
    { id: 'overview', label: t('Overview'), show: one => <Overview model={one} /> },
    mayLook && hasPods && { id: 'replicas', label: t('Replicas'), show: one => <Replicas model={one} /> },
    mayLook && hasPods && { id: 'logs', label: t('Logs'), show: one => <Logs name={one.name} /> },
    mayLook && { id: 'events', label: t('Events'), show: one => <Events name={one.name} /> },
    { id: 'history', label: t('History'), show: one => <History name={one.name} /> },
    { id: 'config', label: t('Config'), show: one => <Config model={one} /> },
  ]
  return all.filter((tab): tab is TabOf => tab !== false)
}

const go = (id: string) => moveTo(`${location.pathname}${id === 'overview' ? '' : `?tab=${id}`}`, 'replace')

export function ModelTabs({ model }: { model: ModelDetail }): ReactNode {
  const mayLook = useCan('models.inspect')
  const tabs = useMemo(() => tabsFor(model, mayLook), [model, mayLook])
  const wanted = useSearch().get('tab')
  const active = tabs.find(tab => tab.id === wanted) ?? tabs[0]
  const ids = tabs.map(tab => tab.id).join(' ')
  useEffect(() => {
    const off = ids
      .split(' ')
      .map((id, at) => register({ keys: String(at + 1), label: t('Tab {n}', { n: at + 1 }), run: () => go(id) }))
    return () => {
      for (const end of off) end()
    }
  }, [ids])
  return (
    <>
      <div className="border-line border-b">
        <Tabs
          tabs={tabs}
          active={active?.id ?? 'overview'}
          onChange={go}
          label={t('About {name}', { name: model.name })}
          panel="model-panel"
        />
      </div>
      <div id="model-panel" role="tabpanel" aria-label={active?.label} className="pt-5">
        {active?.show(model)}
      </div>
    </>
  )
}
