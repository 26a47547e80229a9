/**
 * TanStack Query as this project uses it: keys by tenant and feature, retries only where the same call may pass later,
 * the last answers kept on the device.
 */
import { QueryClient } from '@tanstack/react-query'
import { auth } from '../auth/auth'
import { passes, toTrouble } from './problem'

export const FRESH_MS = 15_000

type Params = Readonly<Record<string, unknown>>

/** The key factory of a feature: `[tenant, feature, 'list' | 'detail', params]`. */
export function featureKeys(feature: string) {
  const root = () => [auth().state().tenant?.id ?? 'none', feature] as const
  return {
    all: root,
    list: (params: Params = {}) => [...root(), 'list', params] as const,
    detail: (id: string, params: Params = {}) => [...root(), 'detail', { id, ...params }] as const,
  }
}

/** Two more tries for what passes by itself, none for what somebody must change. */
export function retries(failures: number, error: unknown): boolean {
  const trouble = toTrouble(error)
  return failures < 2 && trouble.status !== 401 && trouble.status !== 0 && passes(trouble)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH_MS, gcTime: 7 * 24 * 3_600_000, networkMode: 'offlineFirst', retry: retries },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
