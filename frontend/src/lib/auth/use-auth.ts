import { useSyncExternalStore } from 'react'
import type { AuthState } from './adapter'
import { auth, onAuth } from './auth'
import { can, type Action } from './can'

const LOADING: AuthState = { status: 'loading' }

/** Who is signed in; `loading` while prerendering and hydrating. */
export function useAuth(): AuthState {
  return useSyncExternalStore(
    onAuth,
    () => auth().state(),
    () => LOADING,
  )
}

/**
 * Whether it is known whose rows are shown. Until then nothing is asked: the cache is emptied when the identity arrives,
 * and what had been answered before would be asked a second time.
 */
export function useKnown(): boolean {
  return useAuth().tenant !== undefined
}

/** Whether to show an action at all. The server decides; this only hides. */
export function useCan(action: Action): boolean {
  return can(useAuth(), action)
}
