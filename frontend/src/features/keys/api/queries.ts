import { useQuery } from '@tanstack/react-query'
import { allPages, api, unwrap } from '@/lib/api/client'
import { readModels } from '@/lib/api/models'
import { useKnown } from '@/lib/auth/use-known'
import { keys } from './keys'
import { keyRow, type KeyRow } from './rows'

/** Valid keys, newest first: one's own, or for administrators everybody's. */
export async function readKeys(mine: boolean): Promise<KeyRow[]> {
  const query = (cursor: string | undefined): object => ({ ...(cursor && { cursor }), ...(mine && { mine: true }) })
  const items = await allPages(cursor => unwrap(api().GET('/api/v1/keys', { params: { query: query(cursor) } })))
  return items.map(keyRow)
}

export function useKeys(mine: boolean) {
  const known = useKnown()
  return useQuery({ queryKey: keys.list({ mine }), queryFn: () => readKeys(mine), enabled: known })
}

/** Names of the Models that a key can be kept to. */
export async function readModelNames(): Promise<string[]> {
  const rows = await readModels()
  return rows.map(row => row.name).sort()
}

export function useModelNames(wanted: boolean) {
  return useQuery({ queryKey: keys.list({ of: 'models' }), queryFn: readModelNames, enabled: wanted })
}
