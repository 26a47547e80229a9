'use client'
import type { ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import { useEvents } from '../api/queries'
import type { Failure, ModelDetail } from '../api/types'
import { causeOf, remedyOf } from '../words'
import { CopyLine } from './copy-line'
import { describeCommand } from './why-note'

const STEPS: Readonly<Record<string, () => string>> = {
  Accept: () => t('when it was checked'),
  Fetch: () => t('while fetching the weights'),
  Schedule: () => t('while looking for a node'),
  Start: () => t('on start'),
  Run: () => t('while running'),
  Provider: () => t('at the provider'),
}

function failureLine(failure: Failure, now: Date): string {
  const parts = [
    t('Failed {step}', { step: STEPS[failure.location]?.() ?? failure.location }),
    failure.exit_code !== null && t('exit code {code}', { code: String(failure.exit_code) }),
    failure.container && t('container {name}', { name: failure.container }),
    failure.count > 1 && t('{n} times in a row', { n: count(failure.count) }),
    failure.time && ago(new Date(failure.time), now),
  ]
  return parts.filter(Boolean).join(', ')
}

/** Why it does not serve as it should: cause, what the cluster said, what to do, where to look. */
export function WhyPanel({ model, now }: { model: ModelDetail; now: Date }): ReactNode {
  const { tone } = stateWords(model)
  const tenant = useAuth().tenant?.name
  const mayWrite = useCan('models.write')
  const mayLook = useCan('models.inspect')
  const cause = causeOf(model.conditions)
  const reason = cause?.reason ?? model.reason
  const remedy = remedyOf(reason)
  const said = cause?.message || model.last_failure?.message || model.message || ''
  const edge = tone === 'failed' ? 'border-failed-fill' : 'border-degraded-fill'
  return (
    <section
      aria-labelledby="why"
      className={`bg-surface grid grid-cols-1 gap-3 border-s-[3px] py-4 ps-5 pe-4 ${edge}`}
    >
      <h2 id="why">{remedy?.what ?? t('Why it does not serve as it should')}</h2>
      {said && said !== remedy?.what && <p className="text-text-2 max-w-[72ch] [overflow-wrap:anywhere]">{said}</p>}
      {remedy && <p className="max-w-[72ch]">{remedy.fix}</p>}
      <p className="num text-secondary text-text-3">
        {[reason, model.last_failure && failureLine(model.last_failure, now)].filter(Boolean).join(' · ')}
      </p>
      {mayLook && <LastEvent name={model.name} now={now} />}
      <div className="flex flex-wrap items-center gap-2 pt-1">
        {mayWrite && <ButtonLink href={`/deploy?model=${model.name}`}>{t('Edit')}</ButtonLink>}
        {mayLook && model.engine !== 'External' && (
          <ButtonLink tone="ghost" href={`/models/${model.name}?tab=logs&previous=1`}>
            {t('Log before the restart')}
          </ButtonLink>
        )}
        <div className="w-full min-w-0 sm:w-[480px]">
          <CopyLine text={describeCommand(model.name, tenant)} label={t('Copy the command')} />
        </div>
      </div>
    </section>
  )
}

function LastEvent({ name, now }: { name: string; now: Date }): ReactNode {
  const { data } = useEvents(name)
  const last = data?.items.find(event => event.type === 'Warning')
  if (!last) return null
  return (
    <p className="text-secondary text-text-2 max-w-[72ch] [overflow-wrap:anywhere]">
      {t('Last warning {when}: {message}', {
        when: last.at ? ago(new Date(last.at), now) : '',
        message: last.message,
      })}
    </p>
  )
}
