'use client'
import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { count } from '@/lib/i18n/figures'
import { ago } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import type { ModelDetail } from '../api/types'
import { useNow } from '@/lib/time/use-now'
import { engineWords } from '../engines'
import { Conditions } from './conditions'
import { Day } from './day'
import { SnippetsBox } from './snippets'
import { WhyPanel } from './why-panel'

export function Overview({ model }: { model: ModelDetail }): ReactNode {
  const now = useNow()
  const { tone } = stateWords(model)
  return (
    <div className="grid grid-cols-1 gap-8">
      {(tone === 'failed' || tone === 'degraded') && <WhyPanel model={model} now={now} />}
      <Day data={model.lifeline} now={now} />
      <div className="grid grid-cols-1 items-start gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Facts model={model} now={now} />
        <SnippetsBox name={model.name} />
      </div>
      <Conditions conditions={model.conditions} now={now} />
    </div>
  )
}

function replicaWords({ replicas }: ModelDetail): string {
  const { ready, desired, min, max, mode } = replicas
  const now = t('{ready} of {desired} ready', { ready, desired })
  return mode === 'Fixed' ? now : t('{now}, between {min} and {max}', { now, min, max })
}

function modeWords({ replicas }: ModelDetail): string {
  if (replicas.mode === 'Fixed') return t('Fixed: the number is yours')
  return replicas.mode === 'HPA' ? t('By CPU use') : t('By calls in flight')
}

function Facts({ model, now }: { model: ModelDetail; now: Date }): ReactNode {
  const pods = model.engine !== 'External'
  const when = (text: string | null) => (text ? ago(new Date(text), now) : null)
  const facts: readonly (readonly [string, string | null | undefined, boolean?])[] = [
    [t('Engine'), engineWords(model.engine)],
    [t('Weights'), typeof model.spec.url === 'string' ? model.spec.url : null, true],
    [t('Image'), model.effective?.image, true],
    [t('Provider'), pods ? null : model.url, true],
    [t('Resources'), model.resources],
    [t('Replicas'), pods ? replicaWords(model) : null],
    [t('Scaling'), pods ? modeWords(model) : null],
    [t('Context'), model.context_length ? t('{n} tokens', { n: count(model.context_length) }) : null],
    [t('Last woken'), when(model.last_activation_at)],
    [t('Deployed'), when(model.created_at)],
    [t('Also managed by'), model.managed_by],
  ]
  return (
    <section aria-labelledby="facts">
      <h2 id="facts" className="pb-2">
        {t('What it is')}
      </h2>
      <dl className="border-line grid grid-cols-[max-content_minmax(0,1fr)] border-t">
        {facts.map(
          ([label, value, mono]) =>
            value && (
              <div key={label} className="border-line col-span-2 grid grid-cols-subgrid gap-6 border-b py-[7px]">
                <dt className="text-text-2">{label}</dt>
                <dd className={`num [overflow-wrap:anywhere] ${mono ? 'mono text-secondary' : ''}`}>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  )
}
