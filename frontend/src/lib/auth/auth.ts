/** Holds the adapter that `/config.json` chose; until then, and while prerendering, one that is still loading. */
import type { AuthAdapter } from './adapter'

const waiting: AuthAdapter = {
  kind: 'local',
  init: async () => undefined,
  state: () => LOADING,
  async token() {
    if (!coming) return null
    await coming.promise
    return adapter.token()
  },
  renew: async () => false,
  signIn: async () => undefined,
  signOut: async () => undefined,
  switchTenant: async () => undefined,
  subscribe: () => () => undefined,
}
const LOADING = { status: 'loading' } as const

let coming: PromiseWithResolvers<void> | undefined
let adapter: AuthAdapter = waiting
const listeners = new Set<() => void>()
let unsubscribe: (() => void) | undefined

export function auth(): AuthAdapter {
  return adapter
}

/** The page starts: whoever asks for a token from now on waits for the adapter instead of going without one. */
export function expectAdapter(): void {
  coming ??= Promise.withResolvers()
}

export function installAdapter(next: AuthAdapter | undefined): void {
  unsubscribe?.()
  adapter = next ?? waiting
  if (next) coming?.resolve()
  else coming = undefined
  unsubscribe = adapter.subscribe(tell)
  tell()
}

function tell(): void {
  for (const listener of listeners) listener()
}

/** Outlives a change of adapter, unlike the adapter's own `subscribe`. */
export function onAuth(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
