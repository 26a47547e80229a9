/**
 * The `model` topic in the query cache: a row that came is patched where it stands, everything else is read again. Rows
 * that did not change keep their identity, so that only changed rows render.
 */
import type { QueryClient } from '@tanstack/react-query'
import { same } from '@/lib/schema-form/value'
import { modelKeys } from './keys'
import type { ModelDetail, ModelRow } from './types'

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

/** `{"what": "models", "stale"}` of the `stale` topic: whether the cluster cannot be seen; undefined: not about Models. */
export function readStale(data: unknown): boolean | undefined {
  const { what, stale } = (data ?? {}) as { what?: unknown; stale?: unknown }
  return what === 'models' && typeof stale === 'boolean' ? stale : undefined
}

/** The list after the news; undefined: it must be read again, because the row is new and its lifeline is not known. */
export function patchRows(rows: readonly ModelRow[], { name, row }: ModelNews): ModelRow[] | undefined {
  if (row === null) return rows.filter(one => one.name !== name)
  const before = rows.find(one => one.name === name)
  if (!before) return undefined
  const after = { ...before, ...row }
  return same(before, after) ? [...rows] : rows.map(one => (one === before ? after : one))
}

export function applyNews(client: QueryClient, data: unknown): void {
  const news = readNews(data)
  if (!news) return void client.invalidateQueries({ queryKey: modelKeys.all() })
  const key = modelKeys.list()
  const rows = client.getQueryData<ModelRow[]>(key)
  const patched = rows && patchRows(rows, news)
  if (patched) client.setQueryData<ModelRow[]>(key, patched)
  else if (rows) void client.invalidateQueries({ queryKey: key, exact: true })
  void client.invalidateQueries({ queryKey: modelKeys.all(), predicate: isAbout(news.name) })
}

const isAbout =
  (name: string) =>
  ({ queryKey }: { queryKey: readonly unknown[] }): boolean =>
    (queryKey.at(-1) as { id?: string } | undefined)?.id === name

/** Shows a change before the server confirmed it. Gives back what undoes it. */
export function showAtOnce(client: QueryClient, name: string, change: Partial<ModelRow>): () => void {
  const list = client.getQueryData<ModelRow[]>(modelKeys.list())
  const detail = client.getQueryData<ModelDetail>(modelKeys.detail(name))
  const patch = <T extends ModelRow>(row: T): T => (row.name === name ? { ...row, ...change } : row)
  if (list) client.setQueryData(modelKeys.list(), list.map(patch))
  if (detail) client.setQueryData(modelKeys.detail(name), patch(detail))
  return () => {
    if (list) client.setQueryData(modelKeys.list(), list)
    if (detail) client.setQueryData(modelKeys.detail(name), detail)
  }
}
