import { describe, expect, it, vi } from 'vitest'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { pause } from '@/lib/stream/pause'
import { readEvents, type StreamEvent } from '@/lib/stream/sse'
import { followTurn, type TurnDeps, type TurnEvents } from '@/lib/stream/turn'
import { createTurnHub, FAST_CHARACTERS, isRunning, type HubDeps, type TurnState } from '@/lib/stream/turns'

const WIRE =
  ': hello\n\nid: 1\nevent: delta\ndata: {"text":"Grüße "}\n\nid: 2\r\nevent: delta\r\ndata: {"text":"🌊 — "}\r\n\r\n: ping\n\ndata: plain\ndata: two\n\nid: 3\nevent: done\ndata: {}\n\n'
const EXPECTED = [
  { id: '1', event: 'delta', data: '{"text":"Grüße "}' },
  { id: '2', event: 'delta', data: '{"text":"🌊 — "}' },
  { id: undefined, event: 'message', data: 'plain\ntwo' },
  { id: '3', event: 'done', data: '{}' },
]

function body(chunks: (Uint8Array | Error)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const next = chunks.shift()
      if (next === undefined) controller.close()
      else if (next instanceof Error) controller.error(next)
      else controller.enqueue(next)
    },
  })
}

const encode = (text: string) => new TextEncoder().encode(text)
const cut = (bytes: Uint8Array, at: number[]) =>
  [...at, bytes.length].map((end, index) => bytes.slice(index === 0 ? 0 : at[index - 1], end))

describe('server-sent events', () => {
  it('are the same for any split of the bytes', async () => {
    const bytes = encode(WIRE)
    for (let at = 1; at < bytes.length; at++) {
      const events: StreamEvent[] = []
      const comments: string[] = []
      await readEvents(body(cut(bytes, [at])), {
        onEvent: event => events.push(event),
        onComment: comment => comments.push(comment),
      })
      expect(events, `cut at byte ${at}`).toEqual(EXPECTED)
      expect(comments.map(comment => comment.trim())).toEqual(['hello', 'ping'])
    }
  })

  it('are the same byte by byte, and comments may be ignored', async () => {
    const bytes = encode(WIRE)
    const events: StreamEvent[] = []
    await readEvents(
      body(
        cut(
          bytes,
          Array.from({ length: bytes.length - 1 }, (_, at) => at + 1),
        ),
      ),
      { onEvent: event => events.push(event) },
    )
    expect(events).toEqual(EXPECTED)
  })

  it('are read without a rest in a hidden tab', async () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const events: StreamEvent[] = []
    await readEvents(body(cut(encode(WIRE), [20, 40, 60])), { onEvent: event => events.push(event) }, { rest: 60_000 })
    expect(events).toEqual(EXPECTED)
  })

  it('throw when the connection breaks, after what had come', async () => {
    const events: StreamEvent[] = []
    await expect(
      readEvents(body([encode('data: x\n\n'), new TypeError('Load failed')]), { onEvent: event => events.push(event) }),
    ).rejects.toThrow('Load failed')
    expect(events).toHaveLength(1)
  })

  it('throw after a silence', async () => {
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
    await expect(readEvents(silent, { onEvent: () => undefined }, { silence: 5 })).rejects.toThrow('silent')
  })

  it('are read for as long as something comes, be it no more than pings', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    let server: ReadableStreamDefaultController<Uint8Array> | undefined
    const pings = new ReadableStream<Uint8Array>({ start: controller => void (server = controller) })
    const read = readEvents(pings, { onEvent: () => undefined }, { silence: 100 })
    for (let ping = 0; ping < 5; ping++) {
      await vi.advanceTimersByTimeAsync(60)
      server?.enqueue(encode(': ping\n\n'))
    }
    server?.close()
    await expect(read).resolves.toBeUndefined()
  })
})

const sse = (...events: [string, string, object][]) =>
  new Response(
    body([
      encode(
        events.map(([id, event, data]) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''),
      ),
    ]),
  )
const delta = (id: string, text: string): [string, string, object] => [id, 'delta', { text }]
const DONE: [string, string, object] = ['9', 'done', { status: 'complete' }]

function follow(change: Partial<TurnDeps>, after?: string) {
  const seen = {
    text: '',
    reasoning: '',
    activations: [] as unknown[],
    usage: [] as unknown[],
    breaks: [] as number[],
    resumed: [] as string[],
  }
  const events: TurnEvents = {
    onActivation: activation => seen.activations.push(activation),
    onDelta: (text, kind) => (kind === 'text' ? (seen.text += text) : (seen.reasoning += text)),
    onUsage: usage => seen.usage.push(usage),
    onBreak: ms => seen.breaks.push(ms),
  }
  const { resume = () => Promise.reject(new TypeError('gone')), ...rest } = change
  const deps: TurnDeps = {
    pause: () => Promise.resolve(),
    signal: new AbortController().signal,
    ...rest,
    resume: id => (seen.resumed.push(id), resume(id)),
  }
  return { seen, end: followTurn(deps, events, after) }
}

describe('a turn', () => {
  it('that nothing disturbs is read to its end', async () => {
    const taken = vi.fn()
    const start = () =>
      Promise.resolve(
        sse(
          ['1', 'activation', { phase: 'Loading', progress: 0.5 }],
          ['2', 'delta', { text: 'hm', kind: 'reasoning' }],
          delta('3', 'Hello'),
          ['4', 'usage', { total: 3 }],
          ['5', 'citation', {}],
          DONE,
        ),
      )
    const { seen, end } = follow({ start, onTaken: taken })
    expect(await end).toEqual({ kind: 'done', data: { status: 'complete' } })
    expect(seen).toMatchObject({
      text: 'Hello',
      reasoning: 'hm',
      activations: [{ phase: 'Loading', progress: 0.5 }],
      usage: [{ total: 3 }],
      resumed: [],
    })
    expect(taken).toHaveBeenCalledTimes(1)
  })

  it('that breaks anywhere goes on after the last event that came, once each', async () => {
    const parts = [sse(delta('1', 'a'), delta('2', 'b')), new TypeError('Load failed'), sse(delta('3', 'c')), sse(DONE)]
    const next = () => {
      const part = parts.shift()
      return part instanceof Error ? Promise.reject(part) : Promise.resolve(part as Response)
    }
    const { seen, end } = follow({ start: next, resume: next })
    await end
    expect([seen.text, seen.resumed]).toEqual(['abc', ['2', '2', '3']])
  })

  it('waits 0.5 s to 8 s between tries, and 0.5 s again after progress', async () => {
    let tries = 0
    const resume = () =>
      ++tries < 7
        ? Promise.reject(new TypeError('gone'))
        : Promise.resolve(tries === 7 ? sse(delta('1', 'a')) : sse(DONE))
    const { seen, end } = follow({ resume })
    await end
    expect(seen.breaks).toEqual([500, 1000, 2000, 4000, 8000, 8000, 500])
  })

  it('keeps its place when an event came without an id', async () => {
    const nameless = 'id: 3\nevent: delta\ndata: {"text":"a"}\n\nid:\nevent: usage\ndata: {}\n\n'
    const parts = [new Response(body([encode(nameless)])), sse(DONE)]
    const next = () => Promise.resolve(parts.shift() as Response)
    const { seen, end } = follow({ start: next, resume: next })
    await end
    expect(seen.resumed).toEqual(['3'])
  })

  it('can be taken up after a reload', async () => {
    const { seen, end } = follow({ resume: () => Promise.resolve(sse(delta('8', 'x'), DONE)) }, '7')
    await end
    expect(seen.resumed).toEqual(['7'])
  })

  it('that the server refused throws, and nothing was taken', async () => {
    const taken = vi.fn()
    const { end } = follow({ start: () => Promise.reject(new ProblemError(fromProblem(402, {}))), onTaken: taken })
    await expect(end).rejects.toBeInstanceOf(ProblemError)
    expect(taken).not.toHaveBeenCalled()
  })

  it.each([400, 403, 404, 410])('that is gone (%i) ends in words', async status => {
    const gone = () => Promise.reject(new ProblemError(fromProblem(status, { title: 'Gone' })))
    const { end } = follow({ resume: vi.fn(() => Promise.resolve(sse(DONE))).mockImplementationOnce(gone) })
    expect(await end).toMatchObject({ kind: 'error', trouble: { what: 'Gone' } })
  })

  it('goes on through 503 and 401', async () => {
    const parts = [503, 401]
    const { end } = follow({
      resume: () =>
        parts.length
          ? Promise.reject(new ProblemError(fromProblem(parts.shift() as number, {})))
          : Promise.resolve(sse(DONE)),
    })
    expect((await end).kind).toBe('done')
  })

  it.each([
    [
      { code: 'model_asleep', detail: 'Still waking.', status: 503, retry_after: 20, request_id: 'r', fix: 'Wait.' },
      { what: 'Still waking.', whose: 'cluster', retryAfter: 20, requestId: 'r', action: 'Wait.' },
    ],
    [
      { title: 'Budget spent', blame: 'quota' },
      { what: 'Budget spent', whose: 'limit', status: 502 },
    ],
    [
      { message: 'm', blame: 'you' },
      { what: 'm', whose: 'you' },
    ],
    [{ code: 'c' }, { what: 'c' }],
    [{}, { what: 'error', code: 'upstream_failed' }],
  ])('that ends in the error %j says so', async (data, trouble) => {
    const { end } = follow({ start: () => Promise.resolve(sse(['1', 'error', data])) })
    expect(await end).toMatchObject({ kind: 'error', trouble })
  })

  it('takes no harm from data that is not JSON, nor from an empty answer', async () => {
    const parts = [
      new Response(body([encode('event: delta\ndata: {oops\n\nevent: delta\ndata: 7\n\n')])),
      new Response(null),
      sse(DONE),
    ]
    const { seen, end } = follow({
      start: () => Promise.resolve(parts.shift() as Response),
      resume: () => Promise.resolve(parts.shift() as Response),
    })
    await end
    expect(seen.text).toBe('')
  })

  it('given up stops at once', async () => {
    const abort = new AbortController()
    const { end } = follow({
      signal: abort.signal,
      resume: () => (abort.abort(), Promise.reject(new TypeError('gone'))),
    })
    await expect(end).rejects.toThrow()
  })
})

describe('a pause', () => {
  it.each(['time', 'network', 'sight', 'giving up'])('ends by %s', async how => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const abort = new AbortController()
    const done = vi.fn()
    const waiting = pause(8000, abort.signal).then(done)
    if (how === 'time') vi.advanceTimersByTime(8000)
    if (how === 'network') dispatchEvent(new Event('online'))
    if (how === 'sight') document.dispatchEvent(new Event('visibilitychange'))
    if (how === 'giving up') abort.abort()
    await waiting
    expect(done).toHaveBeenCalled()
  })

  it('does not end because the page was hidden', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const done = vi.fn()
    void pause(8000, new AbortController().signal).then(done)
    document.dispatchEvent(new Event('visibilitychange'))
    await Promise.resolve()
    expect(done).not.toHaveBeenCalled()
  })
})

describe('the hub of turns', () => {
  const info = { turnId: 't', conversationId: 'c', messageId: 'q', answerId: 'a', model: 'm' }
  function hub(change: Partial<HubDeps> = {}) {
    const frames: (() => void)[] = []
    const ended: TurnState[] = []
    const made = createTurnHub({
      resume: () => new Promise(() => undefined),
      cancel: () => Promise.resolve(),
      pause: () => Promise.resolve(),
      now: () => 7,
      frame: callback => frames.push(callback),
      onEnd: turn => ended.push(turn),
      ...change,
    })
    return { made, frames, ended, draw: () => frames.splice(0).forEach(callback => callback()) }
  }

  it('keeps an answer while it is written, and tells once a frame', async () => {
    const { made, ended, draw, frames } = hub()
    const told = vi.fn()
    const off = made.subscribe(told)
    await made.start(info, () =>
      Promise.resolve(
        sse(
          ['1', 'activation', { phase: 'Loading' }],
          ['2', 'delta', { text: 'r', kind: 'reasoning' }],
          delta('3', 'Hel'),
          delta('4', 'lo'),
          ['5', 'usage', { n: 1 }],
          DONE,
        ),
      ),
    )
    await vi.waitFor(() => expect(ended).toHaveLength(1))
    expect(frames).toHaveLength(1)
    draw()
    expect(told).toHaveBeenCalledTimes(1)
    expect(made.all()).toEqual([
      expect.objectContaining({ phase: 'done', text: 'Hello', reasoning: 'r', usage: { n: 1 }, firstWordAt: 7 }),
    ])
    off()
    made.drop('t')
    draw()
    expect([made.all(), told.mock.calls.length]).toEqual([[], 1])
  })

  it('may draw later while more comes than anybody reads', async () => {
    const fast: boolean[] = []
    const { made, ended } = hub({ frame: (callback, is) => (fast.push(is), setTimeout(callback, 5)) })
    const pieces = [sse(delta('1', 'x'.repeat(FAST_CHARACTERS + 1))), sse(delta('2', 'y')), sse(DONE)]
    const bytes = await Promise.all(pieces.map(async piece => new Uint8Array(await piece.arrayBuffer())))
    await made.start(info, () => Promise.resolve(new Response(body(bytes))))
    await vi.waitFor(() => expect(ended).toHaveLength(1))
    expect(fast).toEqual([false, true, false])
  })

  it('measures the wait to the first word, not to the last', async () => {
    let time = 0
    const { made, ended } = hub({ now: () => (time += 10) })
    await made.start(info, () => Promise.resolve(sse(delta('1', 'a'), delta('2', 'b'), delta('3', 'c'), DONE)))
    await vi.waitFor(() => expect(ended).toHaveLength(1))
    expect([ended[0]?.startedAt, ended[0]?.firstWordAt]).toEqual([10, 20])
  })

  it('is busy in a conversation until the answer is there', async () => {
    const { made } = hub()
    await made.start(info, () => Promise.resolve(sse(delta('1', 'x'))))
    expect(made.busy()).toEqual(new Set(['c']))
    await vi.waitFor(() => expect(made.get('t')?.reconnecting).toBe(true))
    expect(isRunning(made.get('t') as TurnState)).toBe(true)
    made.close()
    expect(made.busy().size).toBe(0)
  })

  it('rejects with the refusal and forgets the turn', async () => {
    const { made } = hub()
    await expect(made.start(info, () => Promise.reject(new ProblemError(fromProblem(403, {}))))).rejects.toBeInstanceOf(
      ProblemError,
    )
    expect(made.get('t')).toBeUndefined()
  })

  it.each([
    ['done', { status: 'stopped' }, 'stopped'],
    ['error', { title: 'No' }, 'failed'],
  ])('ends with %s as %j', async (event, data, phase) => {
    const { made, ended } = hub({ resume: () => Promise.resolve(sse(['1', event, data])) })
    made.attach(info)
    made.attach(info)
    await vi.waitFor(() => expect(ended[0]?.phase).toBe(phase))
    expect(ended).toHaveLength(1)
  })

  it('asks the server to stop', async () => {
    const cancel = vi.fn(() => Promise.resolve())
    await hub({ cancel }).made.stop('t')
    expect(cancel).toHaveBeenCalledWith('t')
  })

  it('forgets an attached turn that was given up', async () => {
    const { made } = hub({
      resume: (_id, _after, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new TypeError('gone')))),
    })
    made.attach(info)
    made.close()
    await Promise.resolve()
    expect(made.all()).toEqual([])
  })
})
