/**
 * The `model` topic in the query cache: a row that came is patched where it stands, everything else is read again. Rows
 * that did not change keep their identity, so that only changed rows render.
 */
import type { QueryClient } from '@tanstack/react-query'
import { patchRows, readNews } from '@/lib/api/model-news'
import { modelKeys } from './keys'
import type { ModelDetail, ModelRow } from './types'

/** `{"what": "models", "stale"}` of the `stale` topic: whether the cluster cannot be seen; undefined: not about Models. */
export function readStale(data: unknown): boolean | undefined {
  const { what, stale } = (data ?? {}) as { what?: unknown; stale?: unknown }
  return what === 'models' && typeof stale === 'boolean' ? stale : undefined
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
