/** Requests and cost by Model, for the list's figures and the word before a deletion. Absent where it may not be read. */
import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/lib/api/client'
import { useCan } from '@/lib/auth/use-auth'
import { modelKeys } from './keys'

const DAY_MS = 24 * 3_600_000

export interface ModelUsage {
  readonly requests: number
  /** Millionths of a dollar. */
  readonly cost: number
}

interface Point {
  readonly group: string | null
  readonly label: string | null
  readonly requests: number
  readonly cost_usd_micros: number
}

/** By the Model's name; what has no name (the rest) is left out. */
export function byModel(items: readonly Point[]): Map<string, ModelUsage> {
  const named = items.flatMap(item => {
    const name = item.label ?? item.group
    return name ? [[name, { requests: item.requests, cost: item.cost_usd_micros }] as const] : []
  })
  return new Map(named)
}

/** The first of the last `days` days, today included: `2026-11-28`. */
export const firstDay = (days: number, now: number): string =>
  new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10)

/** The last `days` days; undefined while unknown and where the role does not see the tenant's usage. */
export function useUsageByModel(days: number): ReadonlyMap<string, ModelUsage> | undefined {
  const may = useCan('usage.tenant')
  const from = firstDay(days, Date.now())
  const { data } = useQuery({
    queryKey: modelKeys.list({ usage: from }),
    queryFn: async ({ signal }) => {
      const query = { from, by: 'model', scope: 'tenant' } as const
      return byModel((await unwrap(api().GET('/api/v1/usage/top', { params: { query }, signal }))).items)
    },
    enabled: may,
    staleTime: 60_000,
  })
  return data
}
