/**
 * The start: configuration, then the adapter it names, then the identity. What was known last paints before any of it
 * arrived; what belongs to a signed-in page is loaded only then.
 */
import { auth, expectAdapter, installAdapter, onAuth } from './auth/auth'
import type { AuthAdapter } from './auth/adapter'
import { loadConfig } from './config/config'
import { check, onConnectivity } from './api/connectivity'
import { bindStore } from './offline/store'

let booted: Promise<void> | undefined

/** Once per page. */
export function boot(): Promise<void> {
  if (!booted) expectAdapter()
  booted ??= run()
  return booted
}

/** The one adapter of this build is fetched beside the configuration, not after it: on a slow line that is a round trip. */
async function adapter(): Promise<AuthAdapter> {
  const [config, { createLocalAdapter }] = await Promise.all([loadConfig(), import('./auth/local')])
  if (config.auth.provider !== 'local')
    throw new Error(`auth.provider ${config.auth.provider} is not part of this build; set it to local`)
  return createLocalAdapter()
}

async function run(): Promise<void> {
  const installed = await adapter()
  installAdapter(installed)
  onAuth(() => void follow())
  addEventListener('online', () => void check())
  addEventListener('offline', () => void check())
  onConnectivity(online => online && (comeBack(), void follow()))
  await installed.init()
  if (installed.state().status === 'offline') await check()
}

/** Asking for a token confirms who it is, which could not be done while nobody answered. */
function comeBack(): void {
  if (auth().state().status === 'offline')
    void auth()
      .token()
      .catch(() => undefined)
}

/** What could not be fetched is fetched when the server can be reached again. */
async function follow(): Promise<void> {
  const state = auth().state()
  bindStore(state)
  const part = await import('./runtime/runtime').catch(() => undefined)
  part?.follow(state)
}
