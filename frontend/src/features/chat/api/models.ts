/** The Models that answer, live, in the words of the catalogue. */
import type { ModelRow } from '@/lib/api/models'
import { answers, stateWords, type StateWords } from '@/lib/words/states'

export type { ModelRow }

/** Those that write text; a row that names no features is taken for one. */
export function chatModels(rows: readonly ModelRow[]): ModelRow[] {
  return rows.filter(row => row.features.length === 0 || row.features.includes('TextGeneration'))
}

const RANK: Readonly<Record<StateWords['tone'], number>> = {
  ready: 0,
  degraded: 1,
  waking: 2,
  asleep: 3,
  failed: 4,
  off: 5,
}

/** No pod of ours: what is written goes to an outside provider. */
export const isRented = (row: ModelRow): boolean => row.engine === 'External'

const rank = (row: ModelRow) => RANK[stateWords(row).tone] * 2 + (isRented(row) ? 1 : 0)

/** By state, own nodes before rented ones, then by name: what answers now comes first. */
export function byState(rows: readonly ModelRow[]): ModelRow[] {
  return rows.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}

/** The one the next message goes to: what was picked, else what was used last, else what answers soonest. */
export function modelFor(
  rows: readonly ModelRow[],
  wanted: readonly (string | null | undefined)[],
): string | undefined {
  const known = wanted.filter(Boolean).find(name => rows.some(row => row.name === name))
  return known ?? (rows.length === 0 ? (wanted.find(Boolean) ?? undefined) : byState(rows)[0]?.name)
}

/** Another one that answers now, to ask instead: on own nodes if there is one, before words go to somebody else's. */
export function readyInstead(rows: readonly ModelRow[], than: string): string | undefined {
  const able = byState(rows).filter(row => row.name !== than && ['ready', 'degraded'].includes(stateWords(row).tone))
  return (able.find(row => !isRented(row)) ?? able[0])?.name
}

export const canAnswer = (row: ModelRow): boolean => answers(row)
