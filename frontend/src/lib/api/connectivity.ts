/**
 * Whether the server can be reached, derived from calls that were made rather than from `navigator.onLine`, which says
 * only that there is a network. A failed call is checked by `HEAD /config.json`; while offline that is asked again.
 */

type Listener = (online: boolean) => void

const CHECK_EVERY_MS = 10_000
const CHECK_DEADLINE_MS = 3000

let online = true
let timer: ReturnType<typeof setTimeout> | undefined
let checking: Promise<boolean> | undefined
const listeners = new Set<Listener>()

export function isOnline(): boolean {
  return online
}

export function onConnectivity(listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function change(next: boolean): void {
  clearTimeout(timer)
  if (!next) timer = setTimeout(() => void check(), CHECK_EVERY_MS)
  if (next === online) return
  online = next
  for (const listener of listeners) listener(next)
}

/** A call was answered, with whatever status. */
export function reportReached(): void {
  change(true)
}

/** A call failed without an answer. One lost call is not an outage, so the origin is asked before anything is said. */
export function reportLost(): Promise<boolean> {
  return check()
}

/** Asks the origin now; also called on the browser's `online` and `offline` events and on focus. */
export function check(): Promise<boolean> {
  checking ??= ask().finally(() => (checking = undefined))
  return checking
}

async function ask(): Promise<boolean> {
  const reached = await fetch('/config.json', {
    method: 'HEAD',
    cache: 'no-store',
    signal: AbortSignal.timeout(CHECK_DEADLINE_MS),
  })
    .then(response => response.status < 500 && !response.headers.has('x-freehold-worker'))
    .catch(() => false)
  change(reached)
  return reached
}

/** For tests: back to the state of a fresh page. */
export function resetConnectivity(): void {
  clearTimeout(timer)
  online = true
  checking = undefined
  listeners.clear()
}
