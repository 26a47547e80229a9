import { useSyncExternalStore } from 'react'
import { codeOf } from '../rules'

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

/** The code in the address's fragment; empty while hydrating and where there is none. */
export function useCode(): string {
  return useSyncExternalStore(
    subscribe,
    () => codeOf(location.hash),
    () => '',
  )
}
