/** What a key is and does, in words. Pure. */
import { t } from '@/lib/i18n/t'
import { ago, day } from '@/lib/time/words'
import type { KeyRow } from '../api/rows'

const DAY_MS = 86_400_000
const SOON_DAYS = 14

export type EndTone = 'over' | 'soon' | 'later' | 'never'

export function endTone(endsAt: Date | null, now: Date): EndTone {
  if (!endsAt) return 'never'
  const left = endsAt.getTime() - now.getTime()
  if (left <= 0) return 'over'
  return left < SOON_DAYS * DAY_MS ? 'soon' : 'later'
}

export function endWords(endsAt: Date | null, now: Date): string {
  if (!endsAt) return t('Never ends')
  const days = Math.ceil((endsAt.getTime() - now.getTime()) / DAY_MS)
  if (days <= 0) return t('Ended {day}', { day: day(endsAt, now) })
  if (days <= SOON_DAYS) return t('Ends in {n, plural, one {# day} other {# days}}', { n: days })
  return t('Ends {day}', { day: day(endsAt, now) })
}

export function usedWords(usedAt: Date | null, now: Date): string {
  return usedAt ? t('Used {when}', { when: ago(usedAt, now) }) : t('Never used')
}

export function modelsWords(models: readonly string[] | null): string {
  if (!models) return t('All Models')
  const [first = '', second, ...more] = models
  if (!second) return first
  return more.length > 0
    ? t('{first}, {second} and {n} more', { first, second, n: more.length })
    : t('{first}, {second}', { first, second })
}

export interface Scope {
  readonly id: string
  readonly label: string
  readonly hint: string
  /** The action without which one's key could not do it either. */
  readonly needs: 'inference' | 'catalog.read' | 'models.write' | 'usage.own'
}

export const scopes = (): readonly Scope[] => [
  { id: 'inference', label: t('Call Models'), hint: t('Chat, completions, embeddings'), needs: 'inference' },
  { id: 'read', label: t('See Models'), hint: t('Names and states'), needs: 'catalog.read' },
  { id: 'models:write', label: t('Change Models'), hint: t('Create, scale, suspend, delete'), needs: 'models.write' },
  { id: 'usage:read', label: t('Read usage'), hint: t('As much of it as you may see'), needs: 'usage.own' },
]

export function scopeWords(given: readonly string[]): string {
  const known = new Map(scopes().map(scope => [scope.id, scope.label]))
  return given.map(scope => known.get(scope) ?? scope).join(', ')
}

/** Whether revoking it now is felt: it was used within a day. */
export function inUse(key: Pick<KeyRow, 'usedAt'>, now: Date): boolean {
  return key.usedAt !== null && now.getTime() - key.usedAt.getTime() < DAY_MS
}

/** Under the page's title: how many, and what needs a look. */
export function leadOf(rows: readonly KeyRow[], now: Date): string {
  const tones = rows.map(row => endTone(row.endsAt, now))
  const valid = tones.filter(tone => tone !== 'over').length
  const soon = tones.filter(tone => tone === 'soon').length
  const first = t('{n, plural, =0 {No valid key} one {# valid key} other {# valid keys}}', { n: valid })
  return soon > 0
    ? t('{first}, {soon, plural, one {# ends} other {# end}} within {days} days', { first, soon, days: SOON_DAYS })
    : first
}
