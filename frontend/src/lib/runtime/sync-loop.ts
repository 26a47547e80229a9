/** When to pull: at the start, on `online`, on focus after 60 s, when another device's turn is told. Readers are told. */
import { api, unwrap } from '../api/client'
import type { Live } from '../live/live'
import { currentStore } from '../offline/store'
import { pullAll } from '../offline/sync'
import { createNotifier } from './notifier'

export const FOCUS_PULL_MS = 60_000

export type Sync = ReturnType<typeof createSync>

export function createSync(live: Pick<Live, 'on'>, now: () => number = Date.now) {
  const changed = createNotifier<ReadonlySet<string>>()
  let pulling: Promise<void> | undefined
  let pulledAt = 0

  async function run(): Promise<void> {
    const store = await currentStore()
    if (!store) return
    const pull = (cursor: string) => unwrap(api().GET('/api/v1/sync/pull', { params: { query: { cursor } } }))
    const touched = await navigator.locks.request('freehold-sync', () => pullAll(store, { pull, now }))
    pulledAt = now()
    changed.tell(touched)
  }

  /** Never throws; the next occasion tries again. */
  function pull(): Promise<void> {
    pulling ??= run()
      .catch(() => undefined)
      .finally(() => (pulling = undefined))
    return pulling
  }

  return {
    pull,
    /** Told with the ids of the conversations that changed; also call it after writing to the store oneself. */
    onChange: changed.on,
    tell: changed.tell,
    start(): () => void {
      const seen = () => document.visibilityState === 'visible' && now() - pulledAt >= FOCUS_PULL_MS && void pull()
      const online = () => void pull()
      const off = [live.on('turn', online), live.on('sync', online), live.on('resync', online)]
      addEventListener('online', online)
      addEventListener('focus', seen)
      void pull()
      return () => {
        for (const end of off) end()
        removeEventListener('online', online)
        removeEventListener('focus', seen)
      }
    },
  }
}
