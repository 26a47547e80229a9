import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { runtime } from '@/lib/runtime/runtime'
import { applyNews, readStale } from '../api/live'
import { modelKeys } from '../api/keys'

export interface Freshness {
  /** When the last change came. */
  readonly last: Date | undefined
  /** True: the app itself does not see the cluster now. */
  readonly stale: boolean
}

/** Follows the events stream while a screen is shown. */
export function useLiveModels(): Freshness {
  const client = useQueryClient()
  const [freshness, setFreshness] = useState<Freshness>({ last: undefined, stale: false })
  useEffect(() => {
    const { live } = runtime()
    const off = [
      live.on('model', data => {
        applyNews(client, data)
        setFreshness(before => ({ ...before, last: new Date() }))
      }),
      live.on('stale', data => {
        const stale = readStale(data)
        if (stale !== undefined) setFreshness(before => ({ ...before, stale }))
      }),
      live.on('resync', () => void client.invalidateQueries({ queryKey: modelKeys.all() })),
    ]
    return () => {
      for (const end of off) end()
    }
  }, [client])
  return freshness
}
