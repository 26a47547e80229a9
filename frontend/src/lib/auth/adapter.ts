/** What every way to sign in offers; the rest of the app knows no provider. Tokens live in the adapter's memory only. */

export interface AuthUser {
  readonly id: string
  readonly name: string
  readonly email: string
}

export interface AuthTenant {
  readonly id: string
  readonly name: string
  readonly display: string
}

/** What is remembered on the device, so that the next start paints at once. Never a token. */
export interface Identity {
  readonly user: AuthUser
  readonly tenant: AuthTenant
  readonly role: string
  readonly permissions: readonly string[]
  readonly tenants: readonly AuthTenant[]
  /** Milliseconds: when the server last confirmed it. */
  readonly confirmedAt: number
}

export type AuthStatus = 'loading' | 'signedIn' | 'signedOut' | 'offline'

export interface AuthState extends Partial<Identity> {
  readonly status: AuthStatus
}

export type SignIn =
  | { readonly kind: 'password'; readonly email: string; readonly password: string }
  | {
      readonly kind: 'bootstrap'
      readonly tenant: string
      readonly token: string
      readonly email: string
      readonly name: string
      readonly password: string
    }
  | { readonly kind: 'invite'; readonly token: string; readonly name: string; readonly password: string }

export interface AuthAdapter {
  readonly kind: 'local' | 'oidc' | 'clerk'
  /** Confirms the identity: within 3 s, else the state becomes `offline`. Never throws. */
  init(): Promise<void>
  state(): AuthState
  /** The access JWT, renewed when it is near its end; null when signed out or unreachable. */
  token(): Promise<string | null>
  /** After a 401: a new token, once for all callers at the same time. False: there is none to be had. */
  renew(): Promise<boolean>
  /** Throws `ProblemError` with the server's words. */
  signIn(how: SignIn): Promise<void>
  signOut(): Promise<void>
  switchTenant(id: string): Promise<void>
  subscribe(listener: () => void): () => void
}
