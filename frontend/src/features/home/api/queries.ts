import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { modelsQuery, type ModelRow } from '@/lib/api/models'
import { useAuth } from '@/lib/auth/use-auth'
import { useKnown } from '@/lib/auth/use-known'
import { readConversations } from '@/lib/offline/rows'
import { currentStore, type Conversation } from '@/lib/offline/store'
import { runtime } from '@/lib/runtime/runtime'
import { stateWords } from '@/lib/words/states'

export type { ModelRow }

export function useModels() {
  const client = useQueryClient()
  const known = useKnown()
  useEffect(() => {
    const refetch = () => void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
    const off = [runtime().live.on('model', refetch), runtime().live.on('resync', refetch)]
    return () => {
      for (const end of off) end()
    }
  }, [client])
  return useQuery({ ...modelsQuery(), enabled: known })
}

export interface Attention {
  readonly row: ModelRow
  readonly words: string
  readonly second: string
}

/** What somebody should look at, failures first. */
export function needsAttention(rows: readonly ModelRow[]): Attention[] {
  const order = ['failed', 'degraded']
  return rows
    .map(row => ({ row, ...stateWords(row) }))
    .filter(({ tone }) => order.includes(tone))
    .sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone) || a.row.name.localeCompare(b.row.name))
}

/** "4 answer now, 2 wake on demand." */
export function tally(rows: readonly ModelRow[]): { now: number; asleep: number; failing: number } {
  const tones = rows.map(row => stateWords(row).tone)
  const count = (...of: string[]) => tones.filter(tone => of.includes(tone)).length
  return { now: count('ready', 'degraded'), asleep: count('asleep', 'waking'), failing: count('failed') }
}

/** The newest conversations of this device; undefined while they are being read. */
export function useRecentChats(most: number): readonly Conversation[] | undefined {
  const [rows, setRows] = useState<readonly Conversation[]>()
  const { tenant } = useAuth()
  useEffect(() => {
    const read = () =>
      void currentStore()
        .then(store => (store ? readConversations(store) : []))
        .then(all => setRows(all.filter(chat => !chat.archived).slice(0, most)))
    read()
    return runtime().sync.onChange(read)
  }, [most, tenant?.id])
  return rows
}
