/**
 * The log tail of one replica: opens the stream, hands lines over in batches of a quarter second, and opens it again
 * when it breaks, without showing a line twice.
 */
import { openStream } from '@/lib/api/stream'
import { fromProblem, ProblemError, toTrouble, type Trouble } from '@/lib/api/problem'
import { pause } from '@/lib/stream/pause'
import { readEvents, type StreamEvent } from '@/lib/stream/sse'
import { readBatch, type ReadLine } from '../store/log-buffer'

export const TAIL = 500
export const FLUSH_MS = 250
export const AGAIN_MS = 3000

export interface LogChoice {
  /** Empty: the newest replica. */
  readonly pod: string
  /** The container before its last restart; such a log ends. */
  readonly previous: boolean
}

export type LogState = 'open' | 'ended' | 'broken'

export interface LogReader {
  readonly onLines: (lines: readonly ReadLine[]) => void
  readonly onState: (state: LogState, trouble?: Trouble) => void
  readonly pause?: typeof pause
}

export function logPath(name: string, { pod, previous }: LogChoice): string {
  const search = new URLSearchParams({ tail: String(TAIL), follow: String(!previous), previous: String(previous) })
  if (pod) search.set('pod', pod)
  return `/api/v1/models/${encodeURIComponent(name)}/logs?${search}`
}

/** Leaves out what an earlier connection brought, by replica and the kubelet's time. */
function createOnce() {
  const newest = new Map<string, string>()
  let barrier = new Map<string, string>()
  return {
    reopened: () => void (barrier = new Map(newest)),
    take: (lines: readonly ReadLine[]): ReadLine[] =>
      lines.filter(({ pod, time }) => {
        if (time > (newest.get(pod) ?? '')) newest.set(pod, time)
        return time === '' || time > (barrier.get(pod) ?? '')
      }),
  }
}

/** Refusals that trying again does not mend: the reader decides. */
const isFinal = (trouble: Trouble, error: unknown): boolean =>
  error instanceof ProblemError && trouble.status < 500 && trouble.status !== 429

/** Follows until aborted; resolves earlier when a previous log was read to its end, or the server refused. */
export async function tailLog(name: string, choice: LogChoice, reader: LogReader, signal: AbortSignal): Promise<void> {
  const once = createOnce()
  let waiting: ReadLine[] = []
  const flush = () => {
    const lines = waiting
    waiting = []
    if (lines.length > 0 && !signal.aborted) reader.onLines(lines)
  }
  const take = ({ event, data }: StreamEvent) => {
    if (event === 'lines') waiting.push(...once.take(readBatch(data)))
    if (event === 'error') throw new ProblemError(fromProblem(502, JSON.parse(data)))
  }
  const timer = setInterval(flush, FLUSH_MS)
  try {
    while (!signal.aborted) {
      try {
        const response = await openStream(logPath(name, choice), { signal })
        reader.onState('open')
        if (response.body) await readEvents(response.body, { onEvent: take })
        flush()
        if (choice.previous) return reader.onState('ended')
      } catch (error) {
        if (signal.aborted) return
        flush()
        const trouble = toTrouble(error)
        reader.onState('broken', trouble)
        if (isFinal(trouble, error)) return
      }
      once.reopened()
      await (reader.pause ?? pause)(AGAIN_MS, signal)
    }
  } finally {
    clearInterval(timer)
  }
}
