/**
 * The start: configuration, then the adapter it names, then the identity. What was known last paints before any of it
 * arrived; what belongs to a signed-in page is loaded only then.
 */
import { auth, expectAdapter, installAdapter, onAuth } from './auth/auth'
import { loadConfig } from './config/config'
import { check, onConnectivity } from './api/connectivity'
import { bindStore } from './offline/store'

let booted: Promise<void> | undefined

/** Once per page; rejects where it cannot start. */
export function boot(): Promise<void> {
  return (booted ??= run())
}

async function run(): Promise<void> {
  expectAdapter()
  onAuth(() => void follow())
  const configured = loadConfig()
  const { chooseAdapter } = await import('./auth/choose')
  const installed = await chooseAdapter(configured)
  installAdapter(installed)
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
