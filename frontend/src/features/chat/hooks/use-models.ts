import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { withNews } from '@/lib/api/model-news'
import { modelsQuery } from '@/lib/api/models'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { useAuth } from '@/lib/auth/use-auth'
import { runtime } from '@/lib/runtime/runtime'
import { chatModels, type ModelRow } from '../api/models'

export interface Models {
  readonly rows: readonly ModelRow[]
  readonly loading: boolean
  readonly trouble: Trouble | undefined
  readonly retry: () => void
}

/** The Models that answer in a chat; live events keep them fresh. */
export function useModels(): Models {
  const client = useQueryClient()
  const signedIn = useAuth().status === 'signedIn'
  const query = useQuery({ ...modelsQuery(), enabled: signedIn })
  useEffect(() => {
    if (!signedIn) return
    const key = modelsQuery().queryKey
    const again = () => void client.invalidateQueries({ queryKey: key })
    const { live } = runtime()
    const off = [
      live.on('model', data => {
        const patched = withNews(client.getQueryData(key), data)
        if (patched) client.setQueryData(key, patched)
        else again()
      }),
      live.on('resync', again),
    ]
    return () => off.forEach(end => end())
  }, [client, signedIn])
  const rows = useMemo(() => chatModels(query.data ?? []), [query.data])
  return {
    rows,
    loading: query.isPending,
    trouble: query.error ? toTrouble(query.error) : undefined,
    retry: () => void query.refetch(),
  }
}
