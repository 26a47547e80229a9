/**
 * Server-sent events over `fetch`, because `EventSource` can neither POST nor send a bearer token. Any split of the
 * bytes gives the same events; comment lines (pings, the gateway's hold) reach `onComment`.
 */
import { createParser } from 'eventsource-parser'

export interface StreamEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

export interface Reader {
  readonly onEvent: (event: StreamEvent) => void
  readonly onComment?: (comment: string) => void
}

/** Silence longer than this counts as a lost connection; the server pings every 15 s. */
export const SILENCE_MS = 45_000

export interface Pace {
  readonly silence?: number
  /**
   * Milliseconds between two reads: what comes meanwhile is handed over in one piece, and to be woken for each piece
   * costs more than to read it. Never in a hidden tab, whose timers may rest for a minute.
   */
  readonly rest?: number
}

/** Reads to the end of the body. Throws when the connection breaks or falls silent; aborting the fetch rejects too. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  reader: Reader,
  { silence = SILENCE_MS, rest = 0 }: Pace = {},
): Promise<void> {
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent: ({ id, event, data }) => reader.onEvent({ id, event: event ?? 'message', data }),
    onComment: comment => reader.onComment?.(comment),
  })
  const bytes = body.getReader()
  const watch = watchSilence(silence, () => void bytes.cancel().catch(() => undefined))
  try {
    for (;;) {
      const { done, value } = await bytes.read()
      if (watch.silent()) throw new DOMException('The stream fell silent', 'NetworkError')
      if (done) break
      watch.heard()
      parser.feed(decoder.decode(value, { stream: true }))
      if (rest > 0 && document.visibilityState === 'visible') await new Promise(resolve => setTimeout(resolve, rest))
    }
    parser.feed(decoder.decode())
  } catch (error) {
    void bytes.cancel().catch(() => undefined)
    throw error
  } finally {
    watch.end()
  }
}

/** One timer for the whole stream: a timer for each piece of it would cost as much as reading it. */
function watchSilence(most: number, act: () => void) {
  let heardAt = performance.now()
  let silent = false
  const look = () => {
    const left = heardAt + most - performance.now()
    if (left > 0) return void (timer = setTimeout(look, left))
    silent = true
    act()
  }
  let timer = setTimeout(look, most)
  return {
    heard: () => void (heardAt = performance.now()),
    silent: () => silent,
    end: () => clearTimeout(timer),
  }
}
