/**
 * The last 24 hours of a Model in 96 slots of 15 minutes, from the compact string of `ModelRow`: 96 state letters, or
 * 96 times (letter, request bucket 0-9, error bucket 0-9), then optionally `|` and the slots of new revisions.
 * Letters: R ready, D with a problem, A asleep, W waking or starting, F failed, S suspended, - unknown.
 */
import { t } from '../i18n/t'
import { clock } from '../time/words'

export const SLOTS = 96
export const SLOT_MS = 15 * 60_000
const NEAR_NOW = 12

export type SlotState = 'ready' | 'degraded' | 'asleep' | 'waking' | 'failed' | 'off' | 'unknown'

export interface Slot {
  readonly state: SlotState
  /** 0 to 9, on a log scale per Model. */
  readonly requests: number
  readonly errors: number
}

export interface Lifeline {
  readonly slots: readonly Slot[]
  readonly revisions: readonly number[]
}

const LETTERS: Readonly<Record<string, SlotState>> = {
  R: 'ready',
  D: 'degraded',
  A: 'asleep',
  W: 'waking',
  F: 'failed',
  S: 'off',
}

const digit = (text: string | undefined) => Math.min(9, Math.max(0, Number(text) || 0))

/** Anything shorter is filled up on the left with "unknown": a gap is honest. */
export function parseLifeline(text: string): Lifeline {
  const [band = '', marks = ''] = text.split('|')
  const width = band.length > SLOTS ? 3 : 1
  const slots: Slot[] = []
  for (let at = 0; at + width <= band.length && slots.length < SLOTS; at += width) {
    slots.push({
      state: LETTERS[band[at] ?? ''] ?? 'unknown',
      requests: width === 3 ? digit(band[at + 1]) : 0,
      errors: width === 3 ? digit(band[at + 2]) : 0,
    })
  }
  while (slots.length < SLOTS) slots.unshift({ state: 'unknown', requests: 0, errors: 0 })
  const revisions = marks
    .split(',')
    .filter(Boolean)
    .map(Number)
    .filter(slot => slot >= 0 && slot < SLOTS)
  return { slots, revisions }
}

export interface Run {
  readonly state: SlotState
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Neighbouring slots of one state, joined. */
export function runs(slots: readonly Slot[]): Run[] {
  const found: Run[] = []
  slots.forEach((slot, at) => {
    const open = found.at(-1)
    if (open?.state === slot.state) found[found.length - 1] = { ...open, to: at + 1 }
    else found.push({ state: slot.state, from: at, to: at + 1 })
  })
  return found
}

/** Local time at a slot's beginning; slot 96 is now. */
export function slotTime(slot: number, now: Date): Date {
  return new Date(now.getTime() - (SLOTS - slot) * SLOT_MS)
}

export interface HourMark {
  /** In slots, with a fraction. */
  readonly at: number
  readonly time: Date
}

/** The whole hours that divide the day in four, in the reader's time; none so near the end that it runs into "now". */
export function hourMarks(now: Date): HourMark[] {
  const start = slotTime(0, now).getTime()
  const hour = new Date(start)
  hour.setHours(Math.floor(hour.getHours() / 6) * 6, 0, 0, 0)
  const marks: HourMark[] = []
  for (; hour < now; hour.setHours(hour.getHours() + 6)) {
    const at = (hour.getTime() - start) / SLOT_MS
    if (at >= 0 && at <= SLOTS - NEAR_NOW) marks.push({ at, time: new Date(hour) })
  }
  return marks
}

function sayRun(run: Run, now: Date): string {
  const from = clock(slotTime(run.from, now))
  const to = clock(slotTime(run.to, now))
  const span = run.to === SLOTS ? t('since {from}', { from }) : t('{from} to {to}', { from, to })
  const words: Readonly<Record<SlotState, string>> = {
    ready: t('Served {span}', { span }),
    degraded: t('Served with a problem {span}', { span }),
    asleep: t('Asleep {span}', { span }),
    waking: t('Woke up {span}', { span }),
    failed: t('Failed {span}', { span }),
    off: t('Suspended {span}', { span }),
    unknown: '',
  }
  return words[run.state]
}

/** The same in words, for readers, notifications and CSV: "Served 14:00 to 20:30. Asleep 20:30 to 06:45. …" */
export function sayLifeline({ slots, revisions }: Lifeline, now: Date): string {
  const longest = runs(slots)
    .filter(run => run.state !== 'unknown')
    .slice(-6)
  if (longest.length === 0) return t('No record of the last 24 hours.')
  const last = revisions.at(-1)
  const mark = last === undefined ? [] : [t('New revision at {time}', { time: clock(slotTime(last, now)) })]
  return [...longest.map(run => sayRun(run, now)), ...mark].map(sentence => `${sentence}.`).join(' ')
}
