/** What every unit test stands on: an IndexedDB and Web Locks in memory, no network, no warning unnoticed. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, vi } from 'vitest'

/** Web Locks of one page: exclusive, in order. */
function memoryLocks(): Pick<LockManager, 'request' | 'query'> {
  const held = new Set<string>()
  const tails = new Map<string, Promise<unknown>>()
  const request = (name: string, ...rest: unknown[]): Promise<unknown> => {
    const granted = rest.at(-1) as () => unknown
    const act = async () => {
      held.add(name)
      try {
        return await granted()
      } finally {
        held.delete(name)
      }
    }
    const turn = (tails.get(name) ?? Promise.resolve()).then(act, act)
    tails.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }
  const query = async () => ({ held: [...held].map(name => ({ name })) })
  return { request, query } as Pick<LockManager, 'request' | 'query'>
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  Object.defineProperty(navigator, 'locks', { value: memoryLocks(), configurable: true })
  vi.stubGlobal('fetch', (input: unknown) =>
    Promise.reject(new TypeError(`no network in unit tests: ${String(input)}`)),
  )
  vi.spyOn(console, 'error').mockImplementation((...words) => {
    throw new Error(`console.error: ${words.map(String).join(' ')}`)
  })
})

afterEach(() => {
  vi.useRealTimers()
})
