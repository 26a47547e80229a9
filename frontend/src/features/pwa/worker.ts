/**
 * The page's side of the service worker. It is registered when the page is at rest, asked for updates on focus and
 * hourly, and takes over only when the reader says so: a reload never cuts an answer or loses typed text.
 */
export const CHECK_EVERY_MS = 3_600_000

export interface Update {
  readonly ready: boolean
  /** Lets the new worker take over and reloads. */
  apply(): void
}

type Listener = () => void

const listeners = new Set<Listener>()
let waiting: ServiceWorker | undefined

function found(worker: ServiceWorker | null | undefined): void {
  if (!worker || !navigator.serviceWorker.controller) return
  waiting = worker
  for (const listener of listeners) listener()
}

export const updateReady = (): boolean => waiting !== undefined

export function onUpdate(listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function applyUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage('skip-waiting')
}

/** Registers once the page is idle. Does nothing where there are no workers (plain HTTP, private windows). */
export function watchWorker(): void {
  if (!('serviceWorker' in navigator)) return
  const start = () => void register().catch(() => undefined)
  if (document.readyState === 'complete') atRest(start)
  else addEventListener('load', () => atRest(start), { once: true })
  addEventListener('unhandledrejection', event => void recover(event.reason))
}

function atRest(act: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(act, { timeout: 5000 })
  else setTimeout(act, 1000)
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' })
  found(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing
    worker?.addEventListener('statechange', () => worker.state === 'installed' && found(worker))
  })
  const check = () => void registration.update().catch(() => undefined)
  addEventListener('focus', check)
  setInterval(check, CHECK_EVERY_MS)
}

const RECOVERED = 'freehold-recovered'

/** A script of an older version that is gone from the server: without the worker, once. */
export async function recover(reason: unknown): Promise<void> {
  const name = reason instanceof Error ? `${reason.name} ${reason.message}` : ''
  if (!/ChunkLoadError|Loading chunk|Failed to load chunk/.test(name) || !navigator.onLine) return
  if (sessionStorage.getItem(RECOVERED)) return
  sessionStorage.setItem(RECOVERED, '1')
  await (await navigator.serviceWorker.getRegistration())?.unregister()
  location.reload()
}
