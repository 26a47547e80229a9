'use client'
import type { ReactNode } from 'react'
import { Glyph } from '@/components/ui/pill'
import { t } from '@/lib/i18n/t'
import type { Verdict } from '../hooks/use-dry-run'

/** What the cluster says to this draft, before anything is applied. */
export function VerdictLine({
  verdict,
  wrong,
  online,
}: {
  verdict: Verdict
  /** Fields that the browser itself objects to. */
  wrong: number
  online: boolean
}): ReactNode {
  return (
    <p role="status" className="text-secondary text-text-2 flex min-h-[18px] items-center gap-2">
      {sayVerdict(verdict, wrong, online)}
    </p>
  )
}

function sayVerdict({ state }: Verdict, wrong: number, online: boolean): ReactNode {
  if (!online) return t('Offline: the draft is kept here; applying needs a connection.')
  if (wrong > 0) return t('{wrong, plural, one {# field} other {# fields}} to complete or correct.', { wrong })
  if (state === 'checking') return t('Asking the cluster …')
  if (state === 'fits')
    return (
      <>
        <span className="text-ready">
          <Glyph tone="ready" />
        </span>
        {t('The cluster accepts it.')}
      </>
    )
  if (state === 'refused')
    return (
      <>
        <span className="text-failed">
          <Glyph tone="failed" />
        </span>
        {t('The cluster would refuse it as it is.')}
      </>
    )
  return ''
}
