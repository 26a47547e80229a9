/** What the address says is to be seen, and the figures in words. Pure. */
import { dollars, percent } from '@/lib/i18n/figures'
import { compactLocale, currentLocale, t } from '@/lib/i18n/t'
import type { Grouping, Metric, Scope, Summary } from '../api/shapes'
import { rangeId, type RangeId } from './range'

export const TABS = ['model', 'key', 'user', 'day'] as const
export type TabId = (typeof TABS)[number]
export const METRICS = ['cost_usd_micros', 'tokens', 'requests'] as const

export interface View {
  readonly range: RangeId
  readonly scope: Scope
  readonly tab: TabId
  /** Absent: what the figures suggest. */
  readonly metric: Metric | undefined
}

export interface Rights {
  /** May see the tenant's usage. */
  readonly tenant: boolean
  /** Answers for the tenant: sees its usage first. */
  readonly admin: boolean
}

export function viewOf(search: URLSearchParams, rights: Rights): View {
  const scope = search.get('scope')
  const first: Scope = rights.tenant && rights.admin ? 'tenant' : 'mine'
  return {
    range: rangeId(search.get('range')),
    scope: scope === 'mine' || scope === 'tenant' ? scope : first,
    tab: TABS.find(tab => tab === search.get('by')) ?? 'model',
    metric: METRICS.find(metric => metric === search.get('metric')),
  }
}

/** The address with one of its choices changed. */
export function withChoice(search: URLSearchParams, name: string, value: string): string {
  const next = new URLSearchParams(search)
  next.set(name, value)
  return `?${next}`
}

export const groupingOf = (tab: TabId): Grouping | undefined => (tab === 'day' ? undefined : tab)

/** Money where there is any; a cluster with only own Models has none, and counts tokens. */
export function suggested(summary: Pick<Summary, 'cost_usd_micros'> | undefined): Metric | undefined {
  return summary && (summary.cost_usd_micros > 0 ? 'cost_usd_micros' : 'tokens')
}

const number = (value: number, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(options.notation === 'compact' ? compactLocale() : currentLocale(), options).format(value)

/** "184.2M", "12,480": four digits at most from a hundred thousand on. */
export function short(value: number): string {
  if (value < 100_000) return number(value, { maximumFractionDigits: 0 })
  return number(value, { notation: 'compact', maximumSignificantDigits: 4 })
}

export function figure(metric: Metric, value: number): string {
  return metric === 'cost_usd_micros' ? dollars(value) : short(value)
}

/** For the axis: no digits that say nothing. */
export function axis(metric: Metric, value: number): string {
  if (metric !== 'cost_usd_micros') return number(value, { notation: 'compact', maximumSignificantDigits: 2 })
  return number(value / 1e6, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 0,
    maximumSignificantDigits: 2,
  })
}

export function metricWords(metric: Metric): string {
  if (metric === 'cost_usd_micros') return t('Cost')
  return metric === 'tokens' ? t('Tokens') : t('Requests')
}

/** What the running month lacks to its end at this pace; 0 where no pace is known, or none for this metric. */
export function toCome(month: Summary['month'], metric: Metric): number {
  if (metric === 'requests') return 0
  const pace = metric === 'tokens' ? month.at_this_pace_tokens : month.at_this_pace_cost_usd_micros
  return pace === null ? 0 : Math.max(0, pace - month[metric])
}

export function costWords(summary: Summary): string {
  if (summary.cost_usd_micros === 0 && summary.requests > 0) return t('Own Models have no price')
  const pace = summary.month.at_this_pace_cost_usd_micros
  return pace === null ? t('In these days') : t('{sum} for the month at this pace', { sum: dollars(pace) })
}

export function ownWords(summary: Summary): string {
  if (summary.own_share === null) return t('None in these days')
  return t('{share} answered on your own nodes', { share: percent(summary.own_share) })
}

export function errorWords(summary: Summary): string {
  return t('{n, plural, =0 {None failed} one {# failed} other {# failed}}', { n: summary.errors })
}
