/** Everything that these screens read. */
import { queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api, unwrap, unwrapTagged, type Schemas } from '@/lib/api/client'
import { modelsQuery } from '@/lib/api/models'
import { useKnown } from '@/lib/auth/use-known'
import { modelKeys } from './keys'
import type { ModelDetail, ModelRow, Snippets, Transition } from './types'

const LIVE_MS = 10_000

/** The detail; its `etag` is the one of the answer's head where there is one. */
export async function readModel(name: string, signal?: AbortSignal): Promise<ModelDetail> {
  const { data, etag } = await unwrapTagged(
    api().GET('/api/v1/models/{name}', { params: { path: { name } }, signal: signal ?? null }),
  )
  return etag?.startsWith('"') ? { ...data, etag } : data
}

export const detailQuery = (name: string) =>
  queryOptions({
    queryKey: modelKeys.detail(name),
    queryFn: ({ signal }) => readModel(name, signal),
  })

export function useModels(): UseQueryResult<ModelRow[]> {
  const known = useKnown()
  return useQuery({ ...modelsQuery(), enabled: known })
}

export function useModel(name: string): UseQueryResult<ModelDetail> {
  const known = useKnown()
  return useQuery({ ...detailQuery(name), enabled: known && name !== '' })
}

type Ask = { params: { path: { name: string } }; signal: AbortSignal }

function usePart<T>(name: string, part: string, read: (ask: Ask) => Promise<T>, live = false): UseQueryResult<T> {
  const known = useKnown()
  return useQuery({
    queryKey: modelKeys.detail(name, { part }),
    enabled: known,
    queryFn: ({ signal }) => read({ params: { path: { name } }, signal }),
    ...(live && { refetchInterval: LIVE_MS }),
  })
}

export const usePods = (name: string): UseQueryResult<Schemas['Pods']> =>
  usePart(name, 'pods', ask => unwrap(api().GET('/api/v1/models/{name}/pods', ask)), true)

export const useEvents = (name: string): UseQueryResult<Schemas['ModelEvents']> =>
  usePart(name, 'events', ask => unwrap(api().GET('/api/v1/models/{name}/events', ask)), true)

export const useHistory = (name: string): UseQueryResult<{ items: Transition[] }> =>
  usePart(name, 'history', ask => unwrap(api().GET('/api/v1/models/{name}/history', ask)))

export const useManifest = (name: string): UseQueryResult<Schemas['Manifest']> =>
  usePart(name, 'manifest', ask => unwrap(api().GET('/api/v1/models/{name}/manifest', ask)))

export const useSnippets = (name: string): UseQueryResult<Snippets> =>
  usePart(name, 'snippets', ask => unwrap(api().GET('/api/v1/models/{name}/snippets', ask)))

/** The most Models that the tenant may have, where its resource says so. */
export function mostModels(caps: unknown): number | undefined {
  const given = (caps as { models?: unknown } | undefined)?.models
  const most = typeof given === 'object' && given !== null ? (given as { max?: unknown }).max : given
  return typeof most === 'number' && most > 0 ? most : undefined
}

export function useMostModels(): number | undefined {
  const known = useKnown()
  const { data } = useQuery({
    queryKey: modelKeys.list({ caps: true }),
    enabled: known,
    queryFn: async ({ signal }) => mostModels((await unwrap(api().GET('/api/v1/tenant', { signal }))).caps) ?? null,
    staleTime: 300_000,
    retry: false,
  })
  return data ?? undefined
}
