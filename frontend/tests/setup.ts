/** What every unit test stands on: an IndexedDB and Web Locks in memory, no network, no warning unnoticed. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, vi } from 'vitest'

/** Web Locks of one page: exclusive, in order. */
function memoryLocks(): Pick<LockManager, 'request'> {
  const tails = new Map<string, Promise<unknown>>()
  const request = (name: string, ...rest: unknown[]): Promise<unknown> => {
    const act = rest.at(-1) as () => unknown
    const turn = (tails.get(name) ?? Promise.resolve()).then(act, act)
    tails.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }
  return { request } as Pick<LockManager, 'request'>
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
