/** The tenant's Models: one way to read them and one place in the cache, whichever screen asks first. */
import { queryOptions } from '@tanstack/react-query'
import { allPages, api, unwrap, type Schemas } from './client'
import { featureKeys } from './query'

export type ModelRow = Schemas['ModelRow']

/** The catalogue's own limit for a page. */
const PAGE = 200

export const modelKeys = featureKeys('models')

export function readModels(signal?: AbortSignal): Promise<ModelRow[]> {
  return allPages(cursor =>
    unwrap(
      api().GET('/api/v1/models', {
        params: { query: { limit: PAGE, ...(cursor && { cursor }) } },
        signal: signal ?? null,
      }),
    ),
  )
}

export const modelsQuery = () =>
  queryOptions({ queryKey: modelKeys.list(), queryFn: ({ signal }) => readModels(signal) })
