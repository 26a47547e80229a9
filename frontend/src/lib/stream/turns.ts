/**
 * The answers being written, wherever in the app the reader is: a turn belongs to the page, not to a component, so that
 * leaving a conversation and coming back finds it still running. Changes are told once per animation frame.
 */
import type { Trouble } from '../api/problem'
import { followTurn, type Activation, type TurnDeps } from './turn'

export type TurnPhase = 'sending' | 'waking' | 'answering' | 'done' | 'failed' | 'stopped'

export interface TurnInfo {
  readonly turnId: string
  readonly conversationId: string
  /** The question. */
  readonly messageId: string
  readonly answerId: string
  readonly model: string
}

export interface TurnState extends TurnInfo {
  readonly phase: TurnPhase
  readonly text: string
  readonly reasoning: string
  readonly activation: Activation | null
  readonly usage: Readonly<Record<string, unknown>> | null
  readonly trouble: Trouble | null
  /** Milliseconds. */
  readonly startedAt: number
  readonly firstWordAt: number | null
  /** The connection is broken and being restored. */
  readonly reconnecting: boolean
}

type Listener = () => void

/** Characters between two drawings: beyond reach of whoever reads along. */
export const FAST_CHARACTERS = 200

export interface HubDeps {
  readonly resume: (turnId: string, after: string, signal: AbortSignal) => Promise<Response>
  readonly cancel: (turnId: string) => Promise<void>
  readonly pause: TurnDeps['pause']
  readonly now: () => number
  /**
   * `requestAnimationFrame`, or anything that runs soon where there are no frames (hidden tabs). `fast`: more came since
   * the last time than anybody reads, and this time may be later.
   */
  readonly frame: (callback: () => void, fast: boolean) => unknown
  /** Told at the end with the final state, before listeners are. */
  readonly onEnd?: (turn: TurnState) => void
}

export type TurnHub = ReturnType<typeof createTurnHub>

export function createTurnHub(deps: HubDeps) {
  const turns = new Map<string, TurnState>()
  const aborts = new Map<string, AbortController>()
  const listeners = new Set<Listener>()
  let scheduled = false
  let fast = false
  let grown = 0
  let running: readonly TurnState[] = []

  function tell(): void {
    if (scheduled) return
    scheduled = true
    deps.frame(() => {
      scheduled = false
      fast = grown > FAST_CHARACTERS
      grown = 0
      running = [...turns.values()]
      for (const listener of listeners) listener()
    }, fast)
  }

  function change(id: string, with_: Partial<TurnState>): void {
    const turn = turns.get(id)
    if (!turn) return
    turns.set(id, { ...turn, ...with_ })
    tell()
  }

  function begin(info: TurnInfo): void {
    const fresh = { phase: 'sending', text: '', reasoning: '', activation: null, usage: null, trouble: null } as const
    turns.set(info.turnId, { ...info, ...fresh, startedAt: deps.now(), firstWordAt: null, reconnecting: false })
    tell()
  }

  const events = (id: string) => ({
    onActivation: (activation: Activation) => change(id, { phase: 'waking', activation, reconnecting: false }),
    onDelta(text: string, kind: 'text' | 'reasoning') {
      const turn = turns.get(id)
      if (!turn) return
      grown += text.length
      const longer = kind === 'text' ? { text: turn.text + text } : { reasoning: turn.reasoning + text }
      change(id, { ...longer, phase: 'answering', firstWordAt: turn.firstWordAt ?? deps.now(), reconnecting: false })
    },
    onUsage: (usage: Record<string, unknown>) => change(id, { usage }),
    onBreak: () => change(id, { reconnecting: true }),
  })

  function finish(id: string, phase: TurnPhase, trouble: Trouble | null): void {
    change(id, { phase, trouble, reconnecting: false })
    aborts.delete(id)
    const turn = turns.get(id)
    if (turn) deps.onEnd?.(turn)
  }

  async function follow(info: TurnInfo, start: TurnDeps['start'], onTaken: () => void): Promise<void> {
    const id = info.turnId
    const abort = new AbortController()
    aborts.set(id, abort)
    begin(info)
    const resume = (after: string) => deps.resume(id, after, abort.signal)
    const end = await followTurn(
      { ...(start && { start }), resume, pause: deps.pause, signal: abort.signal, onTaken },
      events(id),
    )
    const stopped = end.kind === 'done' && end.data.status === 'stopped'
    finish(
      id,
      end.kind === 'error' ? 'failed' : stopped ? 'stopped' : 'done',
      end.kind === 'error' ? end.trouble : null,
    )
  }

  return {
    /** Resolves when the server has taken the question; rejects with its refusal. The answer goes on by itself. */
    start(info: TurnInfo, post: () => Promise<Response>): Promise<void> {
      return new Promise((resolve, reject) => {
        follow(info, post, resolve).catch((error: unknown) => {
          turns.delete(info.turnId)
          aborts.delete(info.turnId)
          tell()
          reject(error as Error)
        })
      })
    },
    /** Follows an answer that was already being written when this page opened. */
    attach(info: TurnInfo): void {
      if (turns.has(info.turnId)) return
      follow(info, undefined, () => undefined).catch(() => {
        turns.delete(info.turnId)
        tell()
      })
    },
    /** Asks the server to stop; what was written stays. */
    async stop(turnId: string): Promise<void> {
      await deps.cancel(turnId)
    },
    /** Forgets a finished turn, once its message is in the store. */
    drop(turnId: string): void {
      turns.delete(turnId)
      tell()
    },
    /** Closes every connection; the answers go on at the server. */
    close(): void {
      for (const abort of aborts.values()) abort.abort()
      aborts.clear()
      turns.clear()
      tell()
    },
    get: (turnId: string): TurnState | undefined => turns.get(turnId),
    all: (): readonly TurnState[] => running,
    busy: (): ReadonlySet<string> => new Set([...turns.values()].filter(isRunning).map(turn => turn.conversationId)),
    subscribe(listener: Listener): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export function isRunning(turn: TurnState): boolean {
  return turn.phase === 'sending' || turn.phase === 'waking' || turn.phase === 'answering'
}
