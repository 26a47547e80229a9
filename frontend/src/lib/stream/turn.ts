/**
 * One answer from question to end: started by POST, and after any break followed by `GET …/events?after=<last id>`
 * until `done` or `error` was seen. Nothing is lost, because the server keeps the stream; nothing doubles, because each
 * event has an id and only what comes after the last one is read.
 */
import { ProblemError, toTrouble, type Trouble } from '../api/problem'
import { readEvents, type StreamEvent } from './sse'

export interface Activation {
  readonly phase: string
  /** 0 to 1, or null where nothing can be measured. */
  readonly progress?: number | null
  readonly eta_s?: number | null
}

export interface TurnEvents {
  readonly onActivation: (activation: Activation) => void
  readonly onDelta: (text: string, kind: 'text' | 'reasoning') => void
  readonly onUsage: (usage: Record<string, unknown>) => void
  /** The connection broke and is tried again in `ms`. */
  readonly onBreak?: (ms: number) => void
}

export type TurnEnd =
  | { readonly kind: 'done'; readonly data: Record<string, unknown> }
  | { readonly kind: 'error'; readonly trouble: Trouble }

export interface TurnDeps {
  /** The POST; throws `ProblemError` where the server refuses. Absent when re-attaching after a reload. */
  readonly start?: () => Promise<Response>
  readonly resume: (after: string) => Promise<Response>
  /** Resolves after `ms`, or at once when the page becomes visible or the connection returns. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  /** Told once, when the server has taken the question. */
  readonly onTaken?: () => void
}

export const FIRST_PAUSE_MS = 500
export const LONGEST_PAUSE_MS = 8000

/** Half of what lies between two drawings of the answer. */
const REST_MS = 40

const parse = (data: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Follows to the end. Throws only when the question was never taken, or on abort. */
export async function followTurn(deps: TurnDeps, events: TurnEvents, after = ''): Promise<TurnEnd> {
  let last = after
  let end: TurnEnd | undefined
  let pause = FIRST_PAUSE_MS

  function take(event: StreamEvent): void {
    if (event.id) last = event.id
    pause = FIRST_PAUSE_MS
    end = handle(event, events) ?? end
  }

  let response = deps.start ? await deps.start() : undefined
  if (response) deps.onTaken?.()
  while (!end) {
    deps.signal.throwIfAborted()
    try {
      response ??= await deps.resume(last)
      if (response.body) await readEvents(response.body, { onEvent: take }, { rest: REST_MS })
    } catch (error) {
      deps.signal.throwIfAborted()
      const final = finalTrouble(error)
      if (final) return { kind: 'error', trouble: final }
    }
    response = undefined
    if (end) break
    events.onBreak?.(pause)
    await deps.pause(pause, deps.signal)
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
  }
  return end
}

/** Where asking again cannot help: the turn is gone or not ours. */
function finalTrouble(error: unknown): Trouble | undefined {
  if (!(error instanceof ProblemError)) return undefined
  const trouble = toTrouble(error)
  return [400, 403, 404, 410].includes(trouble.status) ? trouble : undefined
}

function handle({ event, data }: StreamEvent, events: TurnEvents): TurnEnd | undefined {
  const value = parse(data)
  if (event === 'delta') events.onDelta(String(value.text ?? ''), value.kind === 'reasoning' ? 'reasoning' : 'text')
  else if (event === 'activation') events.onActivation(value as unknown as Activation)
  else if (event === 'usage') events.onUsage(value)
  else if (event === 'done') return { kind: 'done', data: value }
  else if (event === 'error') return { kind: 'error', trouble: troubleOf(value) }
  return undefined
}

function troubleOf(value: Record<string, unknown>): Trouble {
  const status = Number(value.status ?? 502)
  const retry = Number(value.retry_after ?? Number.NaN)
  return {
    what: String(value.detail ?? value.title ?? value.message ?? value.code ?? 'error'),
    whose: value.blame === 'quota' ? 'limit' : value.blame === 'you' ? 'you' : 'cluster',
    code: String(value.code ?? 'upstream_failed'),
    status,
    fields: [],
    details: value,
    ...(typeof value.fix === 'string' && { action: value.fix }),
    ...(typeof value.request_id === 'string' && { requestId: value.request_id }),
    ...(Number.isFinite(retry) && { retryAfter: retry }),
  }
}
