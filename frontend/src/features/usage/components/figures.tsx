import type { ReactNode } from 'react'
import { Figure } from '@/components/ui/figure'
import { dollars } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import type { Summary } from '../api/shapes'
import { costWords, errorWords, ownWords, short } from '../store/view'

/** `running`: the month that is not over yet. */
export function Figures({ summary, running }: { summary: Summary; running: boolean }): ReactNode {
  return (
    <div className="border-line grid grid-cols-2 content-start gap-x-6 gap-y-5 py-5 max-lg:border-b sm:grid-cols-3 lg:grid-cols-1 lg:gap-y-8 lg:border-e lg:pe-6">
      <Figure label={running ? t('Spent so far') : t('Spent')} value={dollars(summary.cost_usd_micros)}>
        {costWords(running ? summary : { ...summary, month: { ...summary.month, at_this_pace_cost_usd_micros: null } })}
      </Figure>
      <Figure label={t('Tokens')} value={short(summary.tokens)}>
        {ownWords(summary)}
      </Figure>
      <Figure label={t('Requests')} value={short(summary.requests)}>
        {errorWords(summary)}
      </Figure>
    </div>
  )
}
