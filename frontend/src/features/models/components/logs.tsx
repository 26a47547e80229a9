'use client'
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react'
import { Select, SearchField, Switch } from '@/components/ui/field'
import { TroubleNote } from '@/components/ui/trouble'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { moveTo, useSearch } from '@/lib/route/segment'
import { usePods } from '../api/queries'
import { useLogTail, type LogTail } from '../hooks/use-log-tail'
import { KEPT_LINES, matching } from '../store/log-buffer'
import { LogLines } from './log-lines'

interface Choice {
  readonly pod: string
  readonly previous: boolean
}

function choose({ pod, previous }: Choice): void {
  const search = new URLSearchParams({ tab: 'logs', ...(pod && { pod }), ...(previous && { previous: '1' }) })
  moveTo(`${location.pathname}?${search}`, 'replace')
}

/** The last 500 lines and what follows; replica, container before the restart, and a filter. */
export function Logs({ name }: { name: string }): ReactNode {
  const search = useSearch()
  const choice = { pod: search.get('pod') ?? '', previous: search.get('previous') === '1' }
  const [again, setAgain] = useState(0)
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const tail = useLogTail(name, choice.pod, choice.previous, again)
  const lines = useMemo(() => matching(tail.buffer.lines, wanted), [tail.buffer, wanted])
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchField
          label={t('Filter lines')}
          className="w-full sm:w-[250px]"
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
        <PodSelect name={name} choice={choice} />
        <Switch
          label={t('Before the last restart')}
          checked={choice.previous}
          onChange={event => choose({ ...choice, previous: event.target.checked })}
        />
        <span className="num text-note text-text-3 ms-auto" role="status">
          {stateLine(tail, lines.length, wanted !== '')}
        </span>
      </div>
      {tail.state === 'broken' && tail.trouble && (
        <TroubleNote trouble={tail.trouble} onRetry={() => setAgain(again + 1)} />
      )}
      {tail.buffer.skipped > 0 && (
        <p className="text-secondary text-waking">
          {t('Too many lines at once: {n} were left out. Filter on the server with kubectl logs to see all.', {
            n: count(tail.buffer.skipped),
          })}
        </p>
      )}
      <LogLines lines={lines} empty={emptyWords(tail, wanted)} />
    </div>
  )
}

function PodSelect({ name, choice }: { name: string; choice: Choice }): ReactNode {
  const pods = usePods(name).data?.items ?? []
  const gone = choice.pod !== '' && !pods.some(pod => pod.name === choice.pod)
  return (
    <Select
      aria-label={t('Replica')}
      className="sm:w-auto!"
      value={choice.pod}
      onChange={event => choose({ ...choice, pod: event.target.value })}
    >
      <option value="">{t('Newest replica')}</option>
      {gone && <option value={choice.pod}>{t('{name} (gone)', { name: choice.pod })}</option>}
      {pods.map(pod => (
        <option key={pod.name} value={pod.name}>
          {pod.name}
        </option>
      ))}
    </Select>
  )
}

function stateLine({ state, buffer }: LogTail, shown: number, filtered: boolean): string {
  const all = buffer.lines.length
  const lines = filtered
    ? t('{shown} of {all, plural, one {# line} other {# lines}}', { shown, all })
    : t('{all, plural, one {# line} other {# lines}}', { all })
  const kept = all === KEPT_LINES ? t('the newest {n}', { n: count(KEPT_LINES) }) : lines
  if (state === 'open') return t('Live, {lines}', { lines: kept })
  if (state === 'ended') return t('Ended, {lines}', { lines: kept })
  return state === 'broken' ? t('Interrupted, {lines}', { lines: kept }) : t('Opening')
}

function emptyWords({ state, buffer }: LogTail, wanted: string): string {
  if (buffer.lines.length > 0 && wanted) return t('No line holds “{wanted}”.', { wanted })
  if (state === 'ended') return t('That container wrote nothing.')
  return state === 'opening' ? t('Opening the log') : t('Nothing was written yet.')
}
