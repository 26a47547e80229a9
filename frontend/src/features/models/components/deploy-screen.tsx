'use client'
import { useEffect, type ReactNode } from 'react'
import { Page } from '@/components/ui/page'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { useSearch } from '@/lib/route/segment'
import { useManifest, useModel } from '../api/queries'
import type { Spec } from '../api/types'
import { presets } from '../layout'
import { DeployForm } from './deploy-form'

/** A new Model, or with `?model=` another spec for one that exists. */
export function DeployScreen(): ReactNode {
  const name = useSearch().get('model') ?? ''
  const title = name ? t('Edit {name}', { name }) : t('Deploy a model')
  useEffect(() => {
    document.title = t('{title} · Freehold', { title })
  }, [title])
  return (
    <Page title={title} lead={name ? undefined : t('One name that callers send, and where its answers come from.')}>
      {name ? <Existing key={name} name={name} /> : <New />}
    </Page>
  )
}

function New(): ReactNode {
  const first = { name: '', spec: presets()[0]?.spec ?? {} }
  return <DeployForm first={first} model={undefined} />
}

function Existing({ name }: { name: string }): ReactNode {
  const model = useModel(name)
  const manifest = useManifest(name)
  const error = model.error ?? manifest.error
  if (error && !(model.data && manifest.data))
    return <TroubleNote trouble={toTrouble(error)} onRetry={() => (void model.refetch(), void manifest.refetch())} />
  if (!model.data || !manifest.data) return <Skeleton rows={8} height={36} />
  const spec = (manifest.data.manifest.spec ?? model.data.spec) as Spec
  return <DeployForm first={{ name, spec }} model={model.data} />
}
