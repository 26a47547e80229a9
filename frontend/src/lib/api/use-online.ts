import { useSyncExternalStore } from 'react'
import { isOnline, onConnectivity } from './connectivity'

/** Derived from calls, not from `navigator.onLine`. */
export function useOnline(): boolean {
  return useSyncExternalStore(onConnectivity, isOnline, () => true)
}
