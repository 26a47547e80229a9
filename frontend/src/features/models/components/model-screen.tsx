'use client'
import { Ellipsis } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useEffect, type ReactNode } from 'react'
import { Button, ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { Page } from '@/components/ui/page'
import { State } from '@/components/ui/pill'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useSegment } from '@/lib/route/segment'
import { ago } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import { useModel } from '../api/queries'
import type { ModelDetail } from '../api/types'
import { kindLine } from '../engines'
import { useActions } from '../hooks/use-actions'
import { useLiveModels } from '../hooks/use-live-models'
import { isSuspended, useMenu } from '../hooks/use-menu'
import { useDialogs } from '../store/dialogs'
import { ModelTabs } from './model-tabs'
import { RefusedNote } from './refused-note'

const ModelDialogs = dynamic(() => import('./dialogs').then(m => m.ModelDialogs), { ssr: false })

export function ModelScreen(): ReactNode {
  const name = useSegment('/models')
  const model = useModel(name ?? '')
  const asking = useDialogs(state => state.open !== undefined)
  useLiveModels()
  useEffect(() => {
    if (name) document.title = t('{name} · Freehold', { name })
  }, [name])
  const trouble = model.error ? toTrouble(model.error) : undefined
  return (
    <Page
      title={name ?? t('Model')}
      lead={model.data && <Lead model={model.data} />}
      actions={model.data && <Actions model={model.data} />}
    >
      <RefusedNote />
      {trouble && (
        <Trouble trouble={trouble} name={name ?? ''} onRetry={() => void model.refetch()}>
          {model.data && t('Below is what was known {when}.', { when: ago(new Date(model.dataUpdatedAt), new Date()) })}
        </Trouble>
      )}
      {model.isPending && <Skeleton rows={9} height={28} />}
      {model.data && <ModelTabs model={model.data} />}
      {asking && <ModelDialogs />}
    </Page>
  )
}

function Lead({ model }: { model: ModelDetail }): ReactNode {
  const { tone, words, second } = stateWords({ ...model, usualWake: model.activation_seconds })
  return (
    <div className="grid gap-1.5 pt-1">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <State tone={tone} words={words} pill />
        {tone !== 'failed' && <span className="num text-secondary">{second}</span>}
      </span>
      <span className="text-secondary text-text-3">
        {[model.display_name !== model.name && model.display_name, kindLine(model)].filter(Boolean).join(' · ')}
      </span>
      {model.description && <span>{model.description}</span>}
    </div>
  )
}

function Actions({ model }: { model: ModelDetail }): ReactNode {
  const may = useCan('models.write')
  const online = useOnline()
  const actions = useActions()
  const items = useMenu(model)
  const why = online ? undefined : t('Changing Models needs a connection')
  return (
    <div className="flex items-center gap-2">
      {may &&
        (isSuspended(model) ? (
          <Button disabled={!online} title={why} onClick={() => void actions.resume(model)}>
            {t('Resume')}
          </Button>
        ) : (
          <Button disabled={!online} title={why} onClick={() => void actions.suspend(model)}>
            {t('Suspend')}
          </Button>
        ))}
      {may && <ButtonLink href={`/deploy?model=${model.name}`}>{t('Edit')}</ButtonLink>}
      {items.length > 0 && (
        <Menu label={t('More actions')} items={items}>
          <Icon of={Ellipsis} />
        </Menu>
      )}
    </div>
  )
}

interface TroubleProps {
  trouble: Trouble
  name: string
  onRetry: () => void
  children: ReactNode
}

function Trouble({ trouble, name, onRetry, children }: TroubleProps): ReactNode {
  if (trouble.status === 404)
    return (
      <Empty action={<ButtonLink href="/models">{t('All Models')}</ButtonLink>}>
        {t('There is no Model named {name} in your tenant. It may have been deleted.', { name })}
      </Empty>
    )
  return (
    <div className="pb-4">
      <TroubleNote trouble={trouble} onRetry={onRetry}>
        {children}
        <Link prefetch={false} href="/models" className="link">
          {t('All Models')}
        </Link>
      </TroubleNote>
    </div>
  )
}
