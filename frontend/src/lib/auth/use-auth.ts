import { useSyncExternalStore } from 'react'
import type { AuthState } from './adapter'
import { auth, LOADING, onAuth } from './auth'
import { can, type Action } from './can'

/** Who is signed in; `loading` while prerendering and hydrating. */
export function useAuth(): AuthState {
  return useSyncExternalStore(
    onAuth,
    () => auth().state(),
    () => LOADING,
  )
}

/** Whether to show an action at all. The server decides; this only hides. */
export function useCan(action: Action): boolean {
  return can(useAuth(), action)
}
