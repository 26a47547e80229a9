/**
 * A part of a screen that is fetched by itself and must not fail with the connection: what waits for it shows something
 * else meanwhile, and it is asked for again once the server can be reached. (A lazy component that could not be fetched
 * throws for good and takes the screen with it.)
 */
import { useSyncExternalStore } from 'react'
import { onConnectivity } from '../api/connectivity'

/** A hook that gives the part, undefined until it is there; using it fetches it. */
export function createPart<T>(load: () => Promise<T>): () => T | undefined {
  const listeners = new Set<() => void>()
  let part: T | undefined
  let asked = false

  function ask(): void {
    if (asked || part) return
    asked = true
    load()
      .then(
        loaded => {
          part = loaded
          for (const listener of listeners) listener()
        },
        () => undefined,
      )
      .finally(() => (asked = false))
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    const off = onConnectivity(online => (online ? ask() : undefined))
    ask()
    return () => {
      listeners.delete(listener)
      off()
    }
  }

  const read = () => part
  return () => useSyncExternalStore(subscribe, read, () => undefined)
}
