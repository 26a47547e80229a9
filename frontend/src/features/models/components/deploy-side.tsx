'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { TroubleNote } from '@/components/ui/trouble'
import { t } from '@/lib/i18n/t'
import type { Change } from '@/lib/schema-form/value'
import type { ModelDetail } from '../api/types'
import type { Apply } from '../hooks/use-apply'
import type { Verdict } from '../hooks/use-dry-run'
import { ChangeList } from './change-list'
import { VerdictLine } from './verdict'

interface SideProps {
  isNew: boolean
  wrong: number
  verdict: Verdict
  apply: Apply
  online: boolean
  restored: boolean
  onStartOver: () => void
  changes: readonly Change[]
  onOverwrite: (live: ModelDetail) => void
  manager: string | null
}

/** Beside the form, under it on phones: what would happen, and the button. */
export function DeploySide(props: SideProps): ReactNode {
  const { isNew, verdict, apply, online, changes } = props
  const trouble = apply.trouble ?? (verdict.state === 'refused' ? verdict.trouble : undefined)
  const nothing = !isNew && changes.length === 0
  return (
    <aside aria-label={t('Before applying')} className="grid grid-cols-1 gap-5 lg:sticky lg:top-6">
      {props.restored && (
        <p className="text-secondary text-text-2">
          {t('This is what you typed here before.')}{' '}
          <button type="button" className="link coarse:min-h-11" onClick={props.onStartOver}>
            {t('Start over')}
          </button>
        </p>
      )}
      {props.manager && (
        <p className="text-secondary text-text-2">
          {t('{manager} manages this Model too; fields that it set can only be changed there.', {
            manager: props.manager,
          })}
        </p>
      )}
      {changes.length > 0 && <ChangeList changes={changes} label={t('Your changes')} />}
      {apply.changed && <Meanwhile apply={apply} onOverwrite={props.onOverwrite} />}
      {trouble && <TroubleNote trouble={trouble} />}
      <div className="grid gap-3">
        <VerdictLine verdict={verdict} wrong={props.wrong} online={online} />
        <div className="flex items-center gap-3">
          <Button tone="primary" type="submit" busy={apply.busy} disabled={!online || nothing}>
            {isNew ? t('Deploy') : t('Apply')}
          </Button>
          <span className="text-note text-text-3 coarse:hidden">
            <Kbd>{t('Ctrl')}</Kbd> <Kbd>{t('Enter')}</Kbd>
          </span>
        </div>
        {nothing && <p className="text-note text-text-3">{t('Nothing is changed yet.')}</p>}
      </div>
    </aside>
  )
}

function Meanwhile({ apply, onOverwrite }: { apply: Apply; onOverwrite: (live: ModelDetail) => void }): ReactNode {
  const { changed } = apply
  if (!changed) return null
  return (
    <div role="alert" className="border-waking-fill bg-surface grid gap-3 border-s-[3px] py-3 ps-4 pe-3">
      <p className="font-medium">{t('Somebody changed it meanwhile. Nothing was applied.')}</p>
      <ChangeList changes={changed.theirs} label={t('Their changes')} />
      <span>
        <Button small busy={apply.busy} onClick={() => onOverwrite(changed.live)}>
          {t('Apply mine all the same')}
        </Button>
      </span>
    </div>
  )
}
