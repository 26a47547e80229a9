/** The few calls that come before a client exists: `/auth/*` with the refresh cookie, and `/me`. */
import { problemOf } from '../api/problem'
import type { Schemas } from '../api/client'
import { config } from '../config/config'
import type { Identity } from './adapter'

const DEADLINE_MS = 10_000

export function callAuth(path: string, body?: object, token?: string): Promise<Response> {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  }
  return fetch(config().apiBase + path, {
    method: 'POST',
    credentials: config().apiBase ? 'include' : 'same-origin',
    headers,
    signal: AbortSignal.timeout(DEADLINE_MS),
    ...(body && { body: JSON.stringify(body) }),
  })
}

export async function readMe(token: string): Promise<Omit<Identity, 'confirmedAt'>> {
  const response = await fetch(`${config().apiBase}/api/v1/me`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (!response.ok) throw await problemOf(response)
  return identityOf((await response.json()) as Schemas['Me'])
}

export function identityOf(me: Schemas['Me']): Omit<Identity, 'confirmedAt'> {
  const short = (tenant: Schemas['TenantBrief']) => ({ id: tenant.id, name: tenant.name, display: tenant.display })
  return {
    user: { id: me.user.id, name: me.user.name, email: me.user.email },
    tenant: short(me.tenant),
    role: me.tenant.role,
    permissions: me.permissions,
    tenants: me.tenants.map(short),
  }
}

/** Whether nobody exists yet, so that the first owner must be made. False where it cannot be asked. */
export async function setupNeeded(): Promise<boolean> {
  try {
    const response = await fetch(`${config().apiBase}/auth/config`, { signal: AbortSignal.timeout(DEADLINE_MS) })
    const said = (await response.json()) as Schemas['AuthConfig']
    return response.ok && said.setup_needed
  } catch {
    return false
  }
}
