/** Times as people say them: relative up to 12 h, then clock and date. */
import { currentLocale, t } from '../i18n/t'

const HOUR = 3_600_000

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs a hundred times what using it does, and a list says many times. */
function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  const key = currentLocale() + JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(currentLocale(), options)
  formats.set(key, known)
  return known.format(date)
}

/** "14:06", in the reader's own time zone. */
export function clock(at: Date): string {
  return format(at, { hour: '2-digit', minute: '2-digit', hour12: false })
}

/** "Thu" */
export function weekday(at: Date): string {
  return format(at, { weekday: 'short' })
}

export function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString()
}

/** "now", "5 min ago", "3 h ago"; beyond 12 h as `moment`. The future is said as "in 5 min". */
export function ago(at: Date, now: Date): string {
  const past = now.getTime() - at.getTime()
  const distance = Math.abs(past)
  if (distance < 45_000) return t('now')
  if (distance >= 12 * HOUR) return moment(at, now)
  const span =
    distance < HOUR
      ? t('{n} min', { n: Math.round(distance / 60_000) })
      : t('{n} h', { n: Math.round(distance / HOUR) })
  return past > 0 ? t('{span} ago', { span }) : t('in {span}', { span })
}

/** Today the clock, yesterday by name, this week the weekday, else the date. */
export function moment(at: Date, now: Date): string {
  if (sameDay(at, now)) return clock(at)
  if (sameDay(at, new Date(now.getTime() - 24 * HOUR))) return t('yesterday, {time}', { time: clock(at) })
  if (Math.abs(now.getTime() - at.getTime()) < 6 * 24 * HOUR)
    return format(at, { weekday: 'short', hour: '2-digit', minute: '2-digit', hour12: false })
  return day(at, now)
}

/** "23 Nov", with the year when it is not this one. */
export function day(at: Date, now: Date): string {
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return format(at, { day: 'numeric', month: 'short', ...(year && { year }) })
}
