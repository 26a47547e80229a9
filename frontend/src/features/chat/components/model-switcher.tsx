'use client'
import clsx from 'clsx'
import { Check, ChevronDown } from 'lucide-react'
import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Lifeline } from '@/components/ui/lifeline'
import { focusOnOpening } from '@/components/ui/menu'
import { State } from '@/components/ui/pill'
import { t } from '@/lib/i18n/t'
import { stateWords } from '@/lib/words/states'
import { byState, canAnswer, type ModelRow } from '../api/models'
import type { Models } from '../hooks/use-models'
import { useNow } from '@/lib/time/use-now'

interface Props {
  models: Models
  model: string | undefined
  onPick: (model: string) => void
  /** Its question waits for it right now. */
  waking: boolean
}

/** The composer's plate: who answers next, in which state, and its last day; opens the list of all. */
export function ModelSwitcher({ models, model, onPick, waking }: Props): ReactNode {
  const id = useId()
  const now = useNow()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const row = models.rows.find(one => one.name === model)

  function opened(event: { newState: string }): void {
    const at = button.current?.getBoundingClientRect()
    if (event.newState !== 'open' || !at || !list.current) return
    list.current.style.width = `${at.width}px`
    list.current.style.left = `${at.left}px`
    list.current.style.bottom = `${innerHeight - at.top + 4}px`
    list.current.style.maxHeight = `${Math.max(160, at.top - 16)}px`
  }

  function opening(event: { newState: string }): void {
    const entries = entriesOf(list.current)
    if (event.newState === 'open')
      focusOnOpening(entries, entries.find(entry => entry.ariaChecked === 'true') ?? entries[0])
  }

  function pick(name: string): void {
    list.current?.hidePopover()
    button.current?.focus()
    onPick(name)
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-haspopup="menu"
        className="border-line hover:bg-sunken flex w-full items-center gap-3 rounded-t-[inherit] border-b px-3.5 py-[9px] text-start coarse:min-h-11"
      >
        <span className="min-w-0 truncate font-medium">
          <span className="sr-only">{t('Model:')} </span>
          {model ?? t('No Model')}
        </span>
        <PlateState models={models} row={row} waking={waking} />
        <span className="flex-1" />
        {row?.lifeline && (
          <span aria-hidden className="hidden w-[168px] shrink-0 @min-[520px]:block">
            <Lifeline data={row.lifeline} height={20} now={now} />
          </span>
        )}
        <span className="text-text-3">
          <Icon of={ChevronDown} small />
        </span>
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={t('Models')}
        onBeforeToggle={opening}
        onToggle={opened}
        onKeyDown={event => move(event, list.current)}
        className="bg-surface border-line-strong shadow-raised text-text rounded-composer fixed inset-auto m-0 overflow-y-auto border p-1"
      >
        {byState(models.rows).map(one => (
          <Choice key={one.name} row={one} now={now} checked={one.name === model} onPick={pick} />
        ))}
        {models.rows.length === 0 && <NoModels models={models} />}
      </div>
    </>
  )
}

function PlateState({
  models,
  row,
  waking,
}: {
  models: Models
  row: ModelRow | undefined
  waking: boolean
}): ReactNode {
  if (!row)
    return (
      <span className="text-secondary text-text-3 truncate">
        {models.loading ? t('Looking for Models') : models.trouble ? t('State unknown') : ''}
      </span>
    )
  const words = stateWords(row)
  const { ready, desired } = row.replicas
  return (
    <>
      <State
        tone={waking && words.tone === 'asleep' ? 'waking' : words.tone}
        words={waking && words.tone === 'asleep' ? t('Waking up') : words.words}
      />
      {words.tone === 'ready' && desired > 0 && (
        <span className="num text-secondary text-text-3 hidden whitespace-nowrap @min-[520px]:inline">
          {t('{ready} of {desired}', { ready, desired })}
        </span>
      )}
    </>
  )
}

interface ChoiceProps {
  row: ModelRow
  now: Date
  checked: boolean
  onPick: (name: string) => void
}

/** One Model with its state and, where it cannot answer, the reason. */
function Choice({ row, now, checked, onPick }: ChoiceProps): ReactNode {
  const words = stateWords(row)
  const usable = canAnswer(row)
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={checked}
      aria-disabled={!usable || undefined}
      tabIndex={-1}
      onClick={() => usable && onPick(row.name)}
      className={clsx(
        'hover:bg-sunken focus-visible:bg-sunken rounded-control flex w-full items-center gap-3 px-2.5 py-2 text-start focus-visible:-outline-offset-2 coarse:min-h-11',
        !usable && 'cursor-not-allowed!',
      )}
    >
      <span className="grid min-w-0 flex-1 gap-px">
        <span className="flex min-w-0 items-center gap-2.5">
          <span className={clsx('truncate', checked && 'font-medium', !usable && 'text-text-2')}>{row.name}</span>
          <State tone={words.tone} words={words.words} />
        </span>
        {words.second && <span className="text-note text-text-3 num [overflow-wrap:anywhere]">{words.second}</span>}
      </span>
      {row.lifeline && (
        <span aria-hidden className="hidden w-[140px] shrink-0 @min-[520px]:block">
          <Lifeline data={row.lifeline} height={20} now={now} />
        </span>
      )}
      <span className="w-4 shrink-0">{checked && <Icon of={Check} small />}</span>
    </button>
  )
}

function NoModels({ models }: { models: Models }): ReactNode {
  return (
    <div className="text-text-2 grid justify-items-start gap-2 px-2.5 py-2">
      {models.trouble ? models.trouble.what : t('No Model here writes text yet. Deploy one under Models.')}
      {models.trouble && (
        <Button small onClick={models.retry}>
          {t('Try again')}
        </Button>
      )}
    </div>
  )
}

const entriesOf = (list: HTMLElement | null) => [
  ...(list?.querySelectorAll<HTMLElement>('[role="menuitemradio"]') ?? []),
]

function move(event: KeyboardEvent, list: HTMLDivElement | null): void {
  const all = entriesOf(list)
  const at = all.indexOf(document.activeElement as HTMLElement)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
  if (event.key === 'Tab') list?.hidePopover()
  if (next === undefined || all.length === 0) return
  event.preventDefault()
  all[(next + all.length) % all.length]?.focus()
}
