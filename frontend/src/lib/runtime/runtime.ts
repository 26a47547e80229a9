/**
 * The long-lived parts of a signed-in page, wired once: outbox, running answers, live events, delta sync. Made on first
 * use in the browser; screens take it by `runtime()`, tests make the parts with doubles.
 */
import { createTurnCalls } from './turn-calls'
import type { AuthState } from '../auth/adapter'
import { dropOldDrafts } from '../offline/drafts'
import { createOutbox, type Outbox } from '../offline/outbox-runner'
import { currentStore } from '../offline/store'
import { createSync, type Sync } from './sync-loop'
import { createLive, type Live } from '../live/live'
import { pause } from '../stream/pause'
import { createTurnHub, type TurnHub } from '../stream/turns'
import { onConnectivity } from '../api/connectivity'
import { openStream } from '../api/stream'
import { pushMutations } from './push'

export interface Runtime {
  readonly outbox: Outbox
  readonly turns: TurnHub
  readonly live: Live
  readonly sync: Sync
  /** Begins live events, sync and sending; harmless when called again. */
  start(): void
  stop(): void
}

let made: Runtime | undefined

export function runtime(): Runtime {
  made ??= make()
  return made
}

/** Runs while somebody is signed in; whoever is not known yet, or cannot be asked about, changes nothing. */
export function follow({ status }: AuthState): void {
  if (status === 'signedIn') runtime().start()
  else if (status === 'signedOut') runtime().stop()
}

/** Between two drawings of a growing answer: reading sees no difference, and drawing costs more than the text. */
const FLUSH_MS = 80

/** Where it grows faster than anybody reads. */
const FAST_FLUSH_MS = 140

/** A hidden tab has no frames, not even the one that was asked for while it was seen; an answer goes on all the same. */
const NO_FRAME_MS = 50

let flushedAt = -FAST_FLUSH_MS

function frame(callback: () => void, fast: boolean): void {
  let flushed = false
  const flush = () => {
    if (flushed) return
    flushed = true
    flushedAt = performance.now()
    callback()
  }
  const wait = Math.max(0, flushedAt + (fast ? FAST_FLUSH_MS : FLUSH_MS) - performance.now())
  setTimeout(() => document.visibilityState === 'visible' && requestAnimationFrame(flush), wait)
  setTimeout(flush, wait + NO_FRAME_MS)
}

function make(): Runtime {
  const calls = createTurnCalls()
  const turns: TurnHub = createTurnHub({ ...calls.hub, pause, now: Date.now, frame, onEnd: turn => void ended(turn) })
  const outbox = createOutbox({
    store: currentStore,
    send: (item, body) => calls.send(turns, item, body),
    push: pushMutations,
    busy: turns.busy,
    now: Date.now,
    locks: navigator.locks,
    wake: (callback, ms) => setTimeout(callback, ms),
    channel: new BroadcastChannel('freehold-outbox'),
  })
  const live = createLive({
    open: (last, signal) =>
      openStream('/api/v1/events?topics=model,turn,sync,operation,stale', {
        signal,
        ...(last && { headers: { 'Last-Event-ID': last } }),
      }),
    locks: navigator.locks,
    channel: new BroadcastChannel('freehold-live'),
    pause,
  })
  const sync = createSync(live)

  async function ended(turn: Parameters<typeof calls.keep>[0]): Promise<void> {
    await calls.keep(turn)
    await sync.pull()
    void outbox.drain()
  }

  const off: (() => void)[] = []
  return {
    outbox,
    turns,
    live,
    sync,
    start() {
      if (off.length) return
      live.start()
      off.push(
        sync.start(),
        whenReachable(() => void outbox.hurry()),
        onConnectivity(online => (online ? void outbox.hurry() : undefined)),
      )
      // Who it is was confirmed: what failed for want of a connection need not wait for its pause.
      void outbox.hurry()
      void currentStore().then(store => store && dropOldDrafts(store, Date.now()))
    },
    stop() {
      for (const end of off.splice(0)) end()
      live.stop()
      turns.close()
    },
  }
}

/** On the network's return, on focus, on becoming visible. */
export function whenReachable(act: () => void): () => void {
  const seen = () => document.visibilityState === 'visible' && act()
  addEventListener('online', act)
  addEventListener('focus', act)
  document.addEventListener('visibilitychange', seen)
  return () => {
    removeEventListener('online', act)
    removeEventListener('focus', act)
    document.removeEventListener('visibilitychange', seen)
  }
}
