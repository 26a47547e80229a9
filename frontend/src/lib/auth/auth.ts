/** Holds the adapter that `/config.json` chose; until then, and while prerendering, one that is still loading. */
import type { AuthAdapter, AuthState, Identity } from './adapter'

const waiting: AuthAdapter = {
  kind: 'local',
  init: async () => undefined,
  state: () => last,
  token: async () => (await (await arrived())?.token()) ?? null,
  renew: async () => false,
  signIn: async how => (await arrived())?.signIn(how),
  signOut: async () => (await arrived())?.signOut(),
  // Tenants are not known before the adapter is there.
  switchTenant: async () => undefined,
  subscribe: () => () => undefined,
}
export const LOADING: AuthState = { status: 'loading' }

/** Who was here last, where that is known before the adapter is there. */
let last = LOADING

let coming: PromiseWithResolvers<void> | undefined
let adapter: AuthAdapter = waiting
const listeners = new Set<() => void>()
let unsubscribe: (() => void) | undefined

/** What is asked for while the page starts is done once it did, never dropped as if it had been done. */
const arrived = (): Promise<AuthAdapter> | undefined => coming?.promise.then(() => adapter)

export function auth(): AuthAdapter {
  return adapter
}

/** The page starts: whoever asks for something from now on waits for the adapter instead of going without it. */
export function expectAdapter(): void {
  coming ??= Promise.withResolvers()
}

/** What belongs to whoever was here last may be shown; nothing is asked in their name before the adapter came. */
export function remember(identity: Identity): void {
  last = { status: 'loading', ...identity }
  tell()
}

export function installAdapter(next: AuthAdapter | undefined): void {
  unsubscribe?.()
  adapter = next ?? waiting
  if (next) coming?.resolve()
  else {
    coming = undefined
    last = LOADING
  }
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
