/**
 * One `GET /events` per browser, not per tab: a Web Lock elects the tab that holds it, a BroadcastChannel hands its
 * events to the others. When the holder closes, the next tab takes over and every tab is told to `resync`.
 */
import { readEvents, type StreamEvent } from '../stream/sse'

export type Topic = 'model' | 'turn' | 'sync' | 'operation' | 'stale' | 'resync'

export interface LiveEvent {
  readonly topic: Topic
  readonly data: unknown
}

export interface LiveDeps {
  readonly open: (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>
  readonly locks: Pick<LockManager, 'request'>
  readonly channel: Pick<BroadcastChannel, 'postMessage'> & {
    onmessage: ((event: MessageEvent<LiveEvent>) => void) | null
  }
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}

export const FIRST_PAUSE_MS = 1000
export const LONGEST_PAUSE_MS = 30_000

export type Live = ReturnType<typeof createLive>

export function createLive(deps: LiveDeps) {
  const listeners = new Map<Topic, Set<(data: unknown) => void>>()
  let abort: AbortController | undefined

  function deliver(event: LiveEvent): void {
    for (const listener of listeners.get(event.topic) ?? []) listener(event.data)
  }

  function tellAll(event: LiveEvent): void {
    deps.channel.postMessage(event)
    deliver(event)
  }
  deps.channel.onmessage = message => deliver(message.data)

  async function hold(signal: AbortSignal): Promise<void> {
    let last: string | undefined
    let wait = FIRST_PAUSE_MS
    tellAll({ topic: 'resync', data: null })
    while (!signal.aborted) {
      try {
        const response = await deps.open(last, signal)
        if (response.ok && response.body) {
          await readEvents(response.body, {
            onEvent: (event: StreamEvent) => {
              last = event.id || last
              wait = FIRST_PAUSE_MS
              tellAll(read(event))
            },
          })
        }
      } catch {
        // A broken stream is the ordinary case; the loop opens the next one.
      }
      if (signal.aborted) return
      await deps.pause(wait, signal)
      wait = Math.min(LONGEST_PAUSE_MS, wait * 2)
    }
  }

  return {
    start(): void {
      if (abort) return
      abort = new AbortController()
      const { signal } = abort
      deps.locks.request('freehold-live', { signal }, () => hold(signal)).catch(() => undefined)
    },
    stop(): void {
      abort?.abort()
      abort = undefined
    },
    on(topic: Topic, listener: (data: unknown) => void): () => void {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => void set.delete(listener)
    },
  }
}

function read({ event, data }: StreamEvent): LiveEvent {
  try {
    return { topic: event as Topic, data: JSON.parse(data) as unknown }
  } catch {
    return { topic: event as Topic, data }
  }
}
