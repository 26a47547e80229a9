import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/lib/api/client'
import { useKnown } from '@/lib/auth/use-known'
import { keys } from './keys'
import type { Asked, Grouping, Metric, Summary, UsagePoint } from './shapes'

/** Groups with a colour of their own; the API sums up the others. */
export const GROUPS = 4
const ROWS = 50

type Query = Readonly<Record<string, string>>
const asked = (query: object) => ({ params: { query: query as Query } })

export async function readSummary(range: Asked): Promise<Summary> {
  return unwrap(api().GET('/api/v1/usage/summary', asked(range)))
}

/** A point for each day and group that was used. */
export async function readSeries(range: Asked, by: Grouping | undefined, metric: Metric): Promise<UsagePoint[]> {
  const grouped = by ? { by: `day,${by}`, groups: String(GROUPS) } : { by: 'day' }
  const series = await unwrap(api().GET('/api/v1/usage/series', asked({ ...range, ...grouped, metric })))
  return series.points
}

/** The largest groups of the whole range, largest first. */
export async function readTop(range: Asked, by: Grouping, metric: Metric): Promise<UsagePoint[]> {
  const top = await unwrap(api().GET('/api/v1/usage/top', asked({ ...range, by, metric, limit: String(ROWS) })))
  return top.items
}

// What was shown stays until the new answer is there: the page does not jump.
const steady = { placeholderData: keepPreviousData }

export function useSummary(range: Asked) {
  const known = useKnown()
  return useQuery({
    queryKey: keys.list({ of: 'summary', ...range }),
    queryFn: () => readSummary(range),
    enabled: known,
    ...steady,
  })
}

/** Idle until it is known by what to measure. */
export function useSeries(range: Asked, by: Grouping | undefined, metric: Metric | undefined) {
  const known = useKnown()
  return useQuery({
    queryKey: keys.list({ of: 'series', ...range, by, metric }),
    queryFn: () => readSeries(range, by, metric ?? 'tokens'),
    enabled: known && metric !== undefined,
    ...steady,
  })
}

export function useTop(range: Asked, by: Grouping | undefined, metric: Metric | undefined) {
  const known = useKnown()
  return useQuery({
    queryKey: keys.list({ of: 'top', ...range, by, metric }),
    queryFn: () => readTop(range, by ?? 'model', metric ?? 'tokens'),
    enabled: known && by !== undefined && metric !== undefined,
    ...steady,
  })
}
