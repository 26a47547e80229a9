/** Which days. The API counts days in UTC, so these do too. Pure. */
import { currentLocale, t } from '@/lib/i18n/t'

const DAY_MS = 86_400_000

export const RANGES = ['month', 'last-month', '7', '30', '90', '365'] as const
export type RangeId = (typeof RANGES)[number]

export interface Days {
  /** `2026-11-01` */
  readonly from: string
  readonly to: string
}

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** A range by what stands in the address; anything else is this month. */
export function rangeId(text: string | null): RangeId {
  return RANGES.find(id => id === text) ?? 'month'
}

function monthStart(now: Date, months: number): number {
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)
}

export function daysOf(id: RangeId, now: Date): Days {
  if (id === 'month') return { from: iso(monthStart(now, 0)), to: iso(now.getTime()) }
  if (id === 'last-month') return { from: iso(monthStart(now, -1)), to: iso(monthStart(now, 0) - DAY_MS) }
  return { from: iso(now.getTime() - (Number(id) - 1) * DAY_MS), to: iso(now.getTime()) }
}

/** Each day from one to the other, both included. */
export function eachDay({ from, to }: Days): string[] {
  const days: string[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) days.push(iso(time))
  return days
}

/** The days of the month after this one. */
export function restOfMonth(day: string): string[] {
  const at = new Date(day)
  const next = new Date(at.getTime() + DAY_MS)
  return next.getUTCMonth() === at.getUTCMonth()
    ? eachDay({ from: iso(next.getTime()), to: iso(monthStart(at, 1) - DAY_MS) })
    : []
}

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(currentLocale(), { ...options, timeZone: 'UTC' })

export function dayWords(day: string): string {
  return format({ day: 'numeric', month: 'short' }).format(new Date(day))
}

/** "1 – 23 November", in the reader's order. */
export function spanWords({ from, to }: Days): string {
  return format({ day: 'numeric', month: 'long' }).formatRange(new Date(from), new Date(to))
}

export function rangeWords(id: RangeId, now: Date): string {
  if (id === 'month') return format({ month: 'long' }).format(now)
  if (id === 'last-month') return format({ month: 'long' }).format(new Date(monthStart(now, -1)))
  return id === '365' ? t('Last 12 months') : t('Last {n} days', { n: Number(id) })
}
