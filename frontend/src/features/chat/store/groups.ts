/** The list of conversations as it is read: pinned first, then by how long ago. */
import type { Conversation } from '@/lib/offline/store'
import { t } from '@/lib/i18n/t'
import { clock, day, sameDay, weekday } from '@/lib/time/words'
import { timeOf } from '../api/read'

export interface Group {
  readonly title: string
  readonly rows: readonly Conversation[]
}

const DAY = 24 * 3_600_000

function titleOf(row: Conversation, now: Date): string {
  if (row.pinned) return t('Pinned')
  const at = new Date(timeOf(row))
  if (sameDay(at, now)) return t('Today')
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('Yesterday')
  const age = now.getTime() - at.getTime()
  if (age < 7 * DAY) return t('Last week')
  return age < 31 * DAY ? t('Last month') : t('Older')
}

/** "14:06", "yesterday", "Thu", "3 Nov" */
export function shortAge(at: Date, now: Date): string {
  if (sameDay(at, now)) return clock(at)
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('yesterday')
  const thisWeek = now.getTime() - at.getTime() < 6 * DAY
  return thisWeek ? weekday(at) : day(at, now)
}

/** Newest first within each group; archived ones are left out. */
export function groupsOf(rows: readonly Conversation[], now: Date): Group[] {
  const shown = rows.filter(row => !row.archived).toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))
  const ordered = [...shown.filter(row => row.pinned), ...shown.filter(row => !row.pinned)]
  const groups = Map.groupBy(ordered, row => titleOf(row, now))
  return [...groups].map(([title, list]) => ({ title, rows: list }))
}

/** Every word typed must occur in the title. */
export function matching(rows: readonly Conversation[], query: string): readonly Conversation[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0 ? rows : rows.filter(row => words.every(word => row.title.toLowerCase().includes(word)))
}

const TITLE_MOST = 60

/** A title from the first question: its first line, cut at a word, else between characters and never inside of one. */
export function titleFrom(text: string): string {
  const line = text.trim().split('\n')[0]?.trim() ?? ''
  const characters = [...line]
  if (characters.length <= TITLE_MOST) return line
  const cut = characters.slice(0, TITLE_MOST)
  return `${cut
    .slice(0, Math.max(cut.lastIndexOf(' '), TITLE_MOST / 2))
    .join('')
    .trimEnd()} …`
}
