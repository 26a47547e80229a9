/**
 * A Model's phase and `Ready` reason in plain words, one table for every screen. An unknown reason is shown verbatim
 * with its message: never blank, never a guess.
 */
import { seconds } from '../i18n/figures'
import { t } from '../i18n/t'

/** Also the name of the colours and of the glyph. */
export type StateTone = 'ready' | 'waking' | 'degraded' | 'failed' | 'asleep' | 'off'

export interface StateWords {
  readonly tone: StateTone
  readonly words: string
  /** The second line; empty where there is nothing to add. */
  readonly second: string
}

export interface ModelFacts {
  readonly phase: string
  readonly reason: string
  readonly message?: string | null | undefined
  readonly replicas?: { ready: number; desired: number; min: number; max: number } | null | undefined
  /** Seconds: median of the last wakings, where known. */
  readonly usualWake?: number | null | undefined
}

type Say = (facts: ModelFacts) => StateWords

const message = (facts: ModelFacts) => facts.message ?? ''

function replicaLine({ replicas }: ModelFacts): string {
  if (!replicas) return ''
  const { ready, desired, max } = replicas
  const line = t('{ready} of {desired, plural, one {# replica} other {# replicas}}', { ready, desired })
  return max > desired ? t('{line}, up to {max}', { line, max }) : line
}

function asleepLine({ usualWake }: ModelFacts): string {
  return usualWake
    ? t('Wakes on the first request, about {time}', { time: seconds(usualWake) })
    : t('Wakes on the first request')
}

const waking: Say = facts => ({ tone: 'waking', words: t('Waking up'), second: message(facts) })
const off =
  (words: string): Say =>
  facts => ({ tone: 'off', words, second: message(facts) })

const BY_REASON: Readonly<Record<string, Say>> = {
  Serving: facts => ({ tone: 'ready', words: t('Ready'), second: replicaLine(facts) }),
  ProviderReachable: () => ({ tone: 'ready', words: t('Ready'), second: t('Provider answers') }),
  ScaledToZero: facts => ({ tone: 'asleep', words: t('Asleep'), second: asleepLine(facts) }),
  NotScheduled: facts => ({ tone: 'waking', words: t('Waiting for room'), second: message(facts) }),
  FetchingWeights: waking,
  Starting: waking,
  Failing: facts => ({ tone: 'failed', words: t('Failed'), second: message(facts) }),
  NotAccepted: facts => ({ tone: 'failed', words: t('Not accepted'), second: message(facts) }),
  Suspended: off(t('Suspended')),
  TenantSuspended: off(t('Tenant suspended')),
  Stopped: off(t('Scaled to 0')),
  Deleting: off(t('Being deleted')),
}

const TONES: Readonly<Record<string, StateTone>> = {
  Ready: 'ready',
  Degraded: 'degraded',
  Idle: 'asleep',
  Pending: 'waking',
  Loading: 'waking',
  Failed: 'failed',
  Suspended: 'off',
}

/** The words for what the cluster says. */
export function stateWords(facts: ModelFacts): StateWords {
  if (facts.phase === 'Degraded')
    return { tone: 'degraded', words: t('Ready, with a problem'), second: message(facts) || replicaLine(facts) }
  const say = BY_REASON[facts.reason]
  if (say) return say(facts)
  const words = [facts.phase, facts.reason].filter(Boolean).join(', ') || t('Unknown')
  return { tone: TONES[facts.phase] ?? 'off', words, second: message(facts) }
}

/** Whether a message may be sent: it answers now, or wakes for it. */
export function answers(facts: ModelFacts): boolean {
  return ['ready', 'degraded', 'asleep', 'waking'].includes(stateWords(facts).tone) && facts.reason !== 'NotAccepted'
}
