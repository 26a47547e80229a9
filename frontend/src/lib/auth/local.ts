/**
 * Sign-in by e-mail and password against the app itself. The refresh token is an HttpOnly cookie that no script sees;
 * the access JWT lives in this closure. A rotated refresh token used twice revokes the whole family, so renewing runs
 * under a Web Lock, and the new token is handed to the other tabs instead of each fetching its own (60 an hour).
 */
import { problemOf, ProblemError, toTrouble } from '../api/problem'
import { wipeStores } from '../offline/wipe'
import { readShared, writeShared } from '../offline/shared'
import type { Schemas } from '../api/client'
import type { AuthAdapter, AuthState, Identity, SignIn } from './adapter'
import { callAuth, readMe } from './calls'

export const CONFIRM_MS = 3000
const RENEW_AT = 0.8
const HAND_OVER_MS = 120

/** Held by every page as long as it lives, so that a new one knows whether there is another to ask. */
const TABS = 'freehold-auth-tabs'

type Session = Pick<Schemas['SessionOut'], 'access_token' | 'expires_at'>

interface Token {
  readonly value: string
  /** Milliseconds. */
  readonly renewAt: number
  readonly endsAt: number
}

type Told = { kind: 'ask' } | { kind: 'token'; token: Token } | { kind: 'out' }

const PATHS = { password: '/auth/login', bootstrap: '/auth/bootstrap', invite: '/auth/invite/accept' } as const

/** `last` is who was here last. */
export function createLocalAdapter(last?: Identity, now: () => number = Date.now): AuthAdapter {
  let state: AuthState = { status: 'loading', ...last }
  let token: Token | null = null
  let renewing: Promise<boolean> | undefined
  const listeners = new Set<() => void>()
  const tabs = new BroadcastChannel('freehold-auth')
  let handedOver: (() => void) | undefined

  function become(next: AuthState): void {
    state = next
    for (const listener of listeners) listener()
  }

  function keep(session: Session): void {
    const life = lifeOf(session, now())
    token = { value: session.access_token, renewAt: now() + life * RENEW_AT, endsAt: now() + life }
    tabs.postMessage({ kind: 'token', token } satisfies Told)
  }

  tabs.onmessage = (event: MessageEvent<Told>) => {
    const told = event.data
    if (told.kind === 'out') return void leave(false)
    if (told.kind === 'ask')
      return token && token.renewAt > now() ? tabs.postMessage({ kind: 'token', token } satisfies Told) : undefined
    if (!token || told.token.endsAt > token.endsAt) token = told.token
    handedOver?.()
  }

  /** Asks the tabs that are open already, before the server is asked. Without any nothing is waited for. */
  async function askTabs(): Promise<boolean> {
    const { held } = await navigator.locks.query()
    void navigator.locks.request(TABS, { mode: 'shared' }, () => new Promise(() => undefined))
    if (!held?.some(lock => lock.name === TABS)) return false
    tabs.postMessage({ kind: 'ask' } satisfies Told)
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, HAND_OVER_MS)
      handedOver = () => (clearTimeout(timer), resolve())
    })
    handedOver = undefined
    return fresh()
  }

  const fresh = () => token !== null && token.renewAt > now()

  function renew(): Promise<boolean> {
    const before = token?.value
    renewing ??= navigator.locks
      .request('freehold-auth', async () => {
        // Another tab may have renewed while this one waited for the lock.
        if (token && token.value !== before && fresh()) return true
        return refresh()
      })
      .finally(() => (renewing = undefined))
    return renewing
  }

  /** True: a token is there. False: the server says there is no session. Throws when it could not be asked. */
  async function refresh(): Promise<boolean> {
    const response = await callAuth('/auth/refresh')
    if (response.status === 401 || response.status === 403) {
      token = null
      if (state.status !== 'loading') become({ status: 'signedOut' })
      return false
    }
    if (!response.ok) throw await problemOf(response)
    keep((await response.json()) as Session)
    return true
  }

  async function confirm(): Promise<void> {
    const me = await readMe(token?.value ?? '')
    const identity: Identity = { ...me, confirmedAt: now() }
    const last = (await readShared('identity')) as Identity | undefined
    if (last && (last.user.id !== me.user.id || last.tenant.id !== me.tenant.id)) await wipeStores()
    await writeShared('identity', identity)
    become({ status: 'signedIn', ...identity })
  }

  async function init(): Promise<void> {
    const late = new Promise<'late'>(resolve => setTimeout(resolve, CONFIRM_MS, 'late'))
    const confirming = ((await askTabs()) ? Promise.resolve(true) : renew()).then(async is =>
      is ? confirm() : become({ status: 'signedOut' }),
    )
    const outcome = await Promise.race([confirming.catch((error: unknown) => error), late])
    if (outcome === undefined) return
    if (outcome !== 'late' && isRefusal(outcome)) return become({ status: 'signedOut' })
    if (state.status === 'loading') become({ status: 'offline', ...last })
  }

  async function signIn(how: SignIn): Promise<void> {
    const { kind, ...body } = how
    const response = await callAuth(PATHS[kind], body)
    if (!response.ok) throw await problemOf(response)
    keep((await response.json()) as Session)
    await confirm()
  }

  async function leave(tell: boolean): Promise<void> {
    token = null
    if (tell) tabs.postMessage({ kind: 'out' } satisfies Told)
    await writeShared('identity', undefined)
    await wipeStores()
    become({ status: 'signedOut' })
  }

  return {
    kind: 'local',
    init,
    state: () => state,
    renew: () => renew().catch(() => false),
    async token() {
      if (token && token.endsAt > now()) {
        if (!fresh()) void renew().catch(() => false)
        return token.value
      }
      if (state.status === 'signedOut') return null
      const is = await renew()
      if (is && state.status === 'offline') void confirm().catch(() => undefined)
      return is ? (token?.value ?? null) : null
    },
    signIn,
    async signOut() {
      // Without a connection the session ends on this device now and on the server when it expires.
      await callAuth('/auth/logout').catch(() => undefined)
      await leave(true)
    },
    async switchTenant(id) {
      const response = await callAuth('/api/v1/me/tenant', { tenant_id: id }, token?.value)
      if (!response.ok) throw await problemOf(response)
      await renew()
      await confirm()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Milliseconds. By the token's own two times, because this device's clock may be wrong. */
export function lifeOf({ access_token, expires_at }: Session, now: number): number {
  try {
    const payload = access_token.split('.')[1] ?? ''
    const { iat, exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
      iat: number
      exp: number
    }
    if (exp > iat) return (exp - iat) * 1000
  } catch {
    // Not a JWT that can be read: what the answer says.
  }
  return Math.max(0, Date.parse(expires_at) - now)
}

function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && [401, 403].includes(toTrouble(error).status)
}
