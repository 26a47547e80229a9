/** The `model` topic of the events, and what it does to a list of Models; pure. */
import { same } from '../schema-form/value'
import type { ModelRow } from './models'

/** `{"name", "row"}`; the row is all but the lifeline, null where the Model is gone. */
export interface ModelNews {
  readonly name: string
  readonly row: Partial<ModelRow> | null
}

/** What an event says, or undefined when it is not about one Model. */
export function readNews(data: unknown): ModelNews | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { name, row } = data as { name?: unknown; row?: unknown }
  if (typeof name !== 'string' || typeof row !== 'object') return undefined
  return { name, row }
}

/** The list after the news; undefined: it must be read again, because the row is new and its lifeline is not known. */
export function patchRows(rows: readonly ModelRow[], { name, row }: ModelNews): ModelRow[] | undefined {
  if (row === null) return rows.filter(one => one.name !== name)
  const before = rows.find(one => one.name === name)
  if (!before) return undefined
  const after = { ...before, ...row }
  return same(before, after) ? [...rows] : rows.map(one => (one === before ? after : one))
}

/** The list after an event as it came; undefined: it must be read again. */
export function withNews(rows: readonly ModelRow[] | undefined, data: unknown): ModelRow[] | undefined {
  const news = readNews(data)
  return rows && news && patchRows(rows, news)
}
