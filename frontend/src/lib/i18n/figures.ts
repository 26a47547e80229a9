/** Numbers with their units: "0.9 s", "26 of 40 GB", "$412.60". */
import { compactLocale, currentLocale, t } from './t'

const format = (value: number, options?: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(options?.notation === 'compact' ? compactLocale() : currentLocale(), options).format(value)

/** 18240 -> "18,240"; from a million on "1.21M". */
export function count(value: number): string {
  return value < 1_000_000 ? format(value) : format(value, { notation: 'compact', maximumSignificantDigits: 4 })
}

/** Millionths of a dollar -> "$2.08"; below a cent four digits, so that a small cost is not "$0.00". */
export function dollars(micros: number): string {
  const value = micros / 1e6
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 4 : 2
  return format(value, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Seconds -> "0.9 s", "25 s", "4 min", "2 h". */
export function seconds(value: number): string {
  if (value < 10) return t('{n} s', { n: format(value, { maximumFractionDigits: 1 }) })
  if (value < 100) return t('{n} s', { n: format(Math.round(value)) })
  if (value < 5400) return t('{n} min', { n: format(Math.round(value / 60)) })
  return t('{n} h', { n: format(Math.round(value / 3600)) })
}

const STEPS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

function step(bytes: number): number {
  return Math.min(STEPS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
}

/** Bytes -> "26 GB", three digits at most. */
export function bytes(value: number): string {
  const at = step(value)
  return `${format(value / 1000 ** at, { maximumSignificantDigits: 3 })} ${STEPS[at]}`
}

/** 0.71 -> "71 %". */
export function percent(share: number): string {
  return t('{n} %', { n: format(Math.round(share * 100)) })
}
