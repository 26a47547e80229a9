/**
 * What an installation decides, read at run time from `/config.json`, so that one image serves every installation.
 * Network first with 2 s, then the copy of the last start, then the defaults.
 */
import { readShared, writeShared } from '../offline/shared'

export interface AppConfig {
  /** Origin of the API without a trailing slash; empty: this one. */
  readonly apiBase: string
  readonly auth: { readonly provider: 'local' | 'oidc' | 'clerk' }
  readonly features: { readonly offlineStore: boolean }
  readonly sentry?: { readonly dsn: string }
  readonly version: string
}

export const DEFAULTS: AppConfig = {
  apiBase: '',
  auth: { provider: 'local' },
  features: { offlineStore: true },
  version: '0',
}

/** A document of unknown origin, with every missing or misshapen part replaced by its default. */
export function parseConfig(raw: unknown): AppConfig {
  const given = isRecord(raw) ? raw : {}
  const auth = isRecord(given.auth) ? given.auth : {}
  const features = isRecord(given.features) ? given.features : {}
  const sentry = isRecord(given.sentry) && typeof given.sentry.dsn === 'string' ? { dsn: given.sentry.dsn } : undefined
  return {
    apiBase: typeof given.apiBase === 'string' ? given.apiBase.replace(/\/$/, '') : DEFAULTS.apiBase,
    auth: { provider: auth.provider === 'oidc' || auth.provider === 'clerk' ? auth.provider : 'local' },
    features: { offlineStore: features.offlineStore !== false },
    version: typeof given.version === 'string' ? given.version : DEFAULTS.version,
    ...(sentry && { sentry }),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

let current: AppConfig = DEFAULTS

export function config(): AppConfig {
  return current
}

/** Fetches and keeps the configuration; never throws. Until it has come, what was kept of the last start holds. */
export async function loadConfig(): Promise<AppConfig> {
  const coming = fromNetwork()
  current = parseConfig(await readShared('config'))
  current = (await coming) ?? current
  return current
}

async function fromNetwork(): Promise<AppConfig | undefined> {
  try {
    const response = await fetch('/config.json', { signal: AbortSignal.timeout(2000), credentials: 'same-origin' })
    if (!response.ok) return undefined
    const raw: unknown = await response.json()
    void writeShared('config', raw)
    return parseConfig(raw)
  } catch {
    return undefined
  }
}
