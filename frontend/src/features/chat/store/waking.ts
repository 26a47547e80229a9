/** What a held question's Model does now, in one sentence: from the turn's `activation`, else from the `model` topic. */
import { t } from '@/lib/i18n/t'
import { parseLifeline, runs, slotTime } from '@/lib/lifeline/lifeline'
import type { Activation } from '@/lib/stream/turn'
import { clock } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import type { ModelRow } from '../api/models'

export interface WakingWords {
  readonly state: string
  readonly sentence: string
  /** 0 to 1; null: goes on, nobody knows how far. */
  readonly share: number | null
  /** Seconds; undefined where unknown. */
  readonly eta: number | undefined
}

/** When the sleep began that is ending now; undefined where the last day does not show it. */
export function asleepSince(lifeline: string, now: Date): Date | undefined {
  const bands = runs(parseLifeline(lifeline).slots)
  const last = bands.findLast(band => band.state !== 'waking')
  return last?.state === 'asleep' && last.from > 0 ? slotTime(last.from, now) : undefined
}

const DOING: Readonly<Record<string, () => string>> = {
  Pending: () => t('It waits for a node with room.'),
  NotScheduled: () => t('It waits for a node with room.'),
  FetchingWeights: () => t('Weights are loading.'),
  Loading: () => t('Weights are loading.'),
  Starting: () => t('The engine is starting.'),
  Idle: () => t('It is being started.'),
  ScaledToZero: () => t('It is being started.'),
}

const WAITING = new Set(['Pending', 'NotScheduled'])

function doing(phase: string): string {
  return (DOING[phase] ?? (() => t('It is being started.')))()
}

export function wakingWords(activation: Activation | null, row: ModelRow | undefined, now: Date): WakingWords {
  const phase = activation?.phase ?? row?.reason ?? ''
  const since = row && asleepSince(row.lifeline, now)
  return {
    state: WAITING.has(phase) ? t('Waiting for room') : t('Waking up'),
    sentence: [since && t('Asleep since {time}.', { time: clock(since) }), doing(phase)].filter(Boolean).join(' '),
    share: activation?.progress ?? null,
    eta: activation?.eta_s ?? undefined,
  }
}

/** Whether a question that was just sent is probably held: its Model sleeps or wakes. */
export function isHeld(row: ModelRow | undefined): boolean {
  return row !== undefined && ['asleep', 'waking'].includes(stateWords(row).tone)
}
