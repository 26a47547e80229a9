/**
 * The server's last answers, kept on the device: the next start shows them at once and asks again, and one without a
 * network has something to show. They lie in the store of their tenant and user, and go with it.
 */
import type { Query, QueryClient } from '@tanstack/react-query'
import { FRESH_MS } from '../api/query'
import { auth, onAuth } from '../auth/auth'
import { whileOpen } from './rows'
import { currentStore, type FreeholdDB, type Store } from './store'

/** Of this build, by `next.config.ts`; empty where nothing is built (tests). */
const BUILD = process.env.FREEHOLD_BUILD ?? ''

export const KEPT_MS = 7 * 24 * 3_600_000

export type KeptAnswer = FreeholdDB['queries']['value']

/** What lies there; what is too old, or was written by another build, goes. */
export async function readAnswers(store: Store, now: number): Promise<KeptAnswer[]> {
  const all = await whileOpen(() => store.getAll('queries'), [])
  const old = all.filter(({ savedAt, build }) => now - savedAt > KEPT_MS || build !== BUILD)
  for (const { key } of old) await whileOpen(() => store.delete('queries', key), undefined)
  return all.filter(answer => !old.includes(answer))
}

/**
 * What is known already stays; the rest is taken for stale, and so asked for again by whoever shows it. At once, so that
 * nobody else signs in meanwhile.
 */
export function restoreAnswers(client: QueryClient, answers: readonly KeptAnswer[], now: number): void {
  for (const { key, value, savedAt } of answers) {
    const queryKey = JSON.parse(key) as readonly unknown[]
    if (client.getQueryData(queryKey) !== undefined) continue
    client.setQueryData(queryKey, value, { updatedAt: Math.min(savedAt, now - FRESH_MS) })
    // Also where live events keep the answer fresh: they told nothing while the page was closed.
    void client.invalidateQueries({ queryKey, exact: true, refetchType: 'none' })
  }
}

/** Those that are there, and each that comes until the returned function is called; never what the page itself made. */
export function keepAnswers(client: QueryClient, store: Store): () => void {
  const keep = ({ queryHash: key, state: { data: value, dataUpdatedAt: savedAt } }: Query) =>
    void whileOpen(() => store.put('queries', { key, value, savedAt, build: BUILD }), undefined).catch(() => undefined) // a full disk
  const cache = client.getQueryCache()
  for (const query of cache.getAll()) if (query.state.status === 'success') keep(query)
  return cache.subscribe(event => {
    if (event.type === 'updated' && event.action.type === 'success' && !event.action.manual) keep(event.query)
  })
}

/** Restores and keeps the answers of whoever it is, until the returned function is called. */
export function followAnswers(client: QueryClient): () => void {
  let whose: string | undefined
  let end = (): void => undefined

  async function follow(): Promise<void> {
    const { tenant, user } = auth().state()
    const now = tenant && user ? `${tenant.id}:${user.id}` : undefined
    if (now === whose) return
    whose = now
    end()
    end = () => undefined
    await null // the store of an identity is bound by others who hear of it at the same time
    const store = now === undefined ? null : await currentStore()
    const answers = store ? await readAnswers(store, Date.now()) : []
    if (!store || whose !== now) return
    end = keepAnswers(client, store)
    restoreAnswers(client, answers, Date.now())
  }

  const off = onAuth(() => void follow())
  void follow()
  return () => {
    whose = 'nobody'
    off()
    end()
  }
}
