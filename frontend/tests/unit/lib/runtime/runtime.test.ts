import { toTrouble } from '@/lib/api/problem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { resetConnectivity } from '@/lib/api/connectivity'
import { installAdapter, auth } from '@/lib/auth/auth'
import type { OutboxItem } from '@/lib/offline/outbox'
import { putMessage, readMessages } from '@/lib/offline/rows'
import { bindStore, currentStore, unbindStore, type Conversation, type Message, type Store } from '@/lib/offline/store'
import { pushMutations } from '@/lib/runtime/push'
import { createSync } from '@/lib/runtime/sync-loop'
import { createTurnCalls } from '@/lib/runtime/turn-calls'
import { follow, runtime, whenReachable } from '@/lib/runtime/runtime'
import { createTurnHub, type TurnState } from '@/lib/stream/turns'

const USER = {
  status: 'signedIn',
  user: { id: 'u', name: 'n', email: 'e' },
  tenant: { id: 't', name: 'n', display: 'd' },
} as const
const sent: { url: string; body: Record<string, unknown>; key: string | null }[] = []

function answers(by: (url: string) => Response): void {
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.text()
    sent.push({
      url: new URL(request.url).pathname,
      body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
      key: request.headers.get('idempotency-key'),
    })
    return by(new URL(request.url).pathname)
  })
}

let store: Store
beforeEach(async () => {
  await unbindStore()
  sent.splice(0)
  bindStore(USER)
  store = (await currentStore()) as Store
})
afterEach(() => {
  installAdapter(undefined)
  resetConnectivity()
})

const item = (more: object = {}): OutboxItem => ({
  id: 'turn',
  queue: 'c',
  state: 'sending',
  createdAt: 5000,
  nextAt: 0,
  tries: 0,
  body: { type: 'send', text: 'Hi', model: 'm', messageId: 'm3', answerId: 'm4', parentId: null, ...more },
})
const message = (id: string, more: object = {}) =>
  ({
    id,
    conversation_id: 'c',
    parent_id: null,
    role: 'user',
    parts: [],
    status: 'complete',
    ...more,
  }) as unknown as Message
const ended = (more: Partial<TurnState> = {}): TurnState => ({
  turnId: 'turn',
  conversationId: 'c',
  messageId: 'm3',
  answerId: 'm4',
  model: 'm',
  phase: 'done',
  text: 'Hello',
  reasoning: '',
  activation: null,
  usage: { n: 1 },
  trouble: null,
  startedAt: 0,
  firstWordAt: null,
  reconnecting: false,
  ...more,
})

function hub() {
  const { hub: calls } = createTurnCalls()
  return createTurnHub({ ...calls, pause: () => new Promise(() => undefined), now: () => 0, frame: () => undefined })
}

describe('sending a message', () => {
  it('asks below the newest leaf, by the item’s own id, and keeps the question', async () => {
    await putMessage(store, message('m1'))
    await putMessage(store, message('m2'))
    answers(() => new Response('event: done\ndata: {}\n\n'))
    const turns = hub()
    await createTurnCalls().send(turns, item(), item().body as never)
    expect(sent[0]).toMatchObject({
      url: '/api/v1/conversations/c/turns',
      key: 'turn',
      body: { id: 'turn', answer_id: 'm4', model: 'm', message: { id: 'm3', parent_id: 'm2' } },
    })
    expect((await readMessages(store, 'c')).at(-1)).toMatchObject({
      id: 'm3',
      parent_id: 'm2',
      role: 'user',
      created_at: new Date(5000).toISOString(),
    })
    await createTurnCalls().send(hub(), item({ parentId: 'm1' }), item({ parentId: 'm1' }).body as never)
    expect(sent[1]?.body.message).toMatchObject({ parent_id: 'm1' })
  })

  it.each([
    ['the newest that the server has', [{ id: 'm2' }], 'm2'],
    ['nothing where the server has none either', [], null],
  ])('asks below %s where the device has none yet', async (_, items, parent) => {
    answers(url =>
      url.endsWith('/messages')
        ? Response.json({ items, next_cursor: null })
        : new Response('event: done\ndata: {}\n\n'),
    )
    await createTurnCalls().send(hub(), item(), item().body as never)
    expect(sent.map(one => one.url)).toEqual(['/api/v1/conversations/c/messages', '/api/v1/conversations/c/turns'])
    expect(sent[1]?.body.message).toMatchObject({ parent_id: parent })
  })

  it('asks nobody where a first question belongs', async () => {
    answers(() => new Response('event: done\ndata: {}\n\n'))
    await createTurnCalls().send(hub(), item(), item({ root: true }).body as never)
    expect(sent.map(one => one.url)).toEqual(['/api/v1/conversations/c/turns'])
    expect(sent[0]?.body.message).toMatchObject({ parent_id: null })
  })

  it('again asks for another answer only', async () => {
    answers(() => new Response('event: done\ndata: {}\n\n'))
    const body = item({ regenerate: true, parentId: 'm3' }).body
    await createTurnCalls().send(hub(), item(), body as never)
    expect(sent[0]?.body).toMatchObject({ message: null, parent_id: 'm3' })
    expect(await store.count('messages')).toBe(0)
  })

  it('can be followed again and stopped', async () => {
    answers(() => Response.json({}))
    const { hub: calls } = createTurnCalls()
    await calls.resume('turn', '7', new AbortController().signal)
    await calls.cancel('turn')
    expect(sent.map(one => one.url)).toEqual(['/api/v1/turns/turn/events', '/api/v1/turns/turn/cancel'])
  })
})

describe('an answer that ended', () => {
  it.each([
    ['done', 'complete'],
    ['stopped', 'stopped'],
    ['failed', 'failed'],
  ] as const)('as %s is kept as %s', async (phase, status) => {
    await createTurnCalls().keep(ended({ phase, reasoning: 'hm', usage: phase === 'done' ? { n: 1 } : null }))
    expect(await store.get('messages', 'm4')).toMatchObject({
      status,
      parts: [{ type: 'reasoning' }, { type: 'text', text: 'Hello' }],
      parent_id: 'm3',
    })
  })

  it('without a word leaves nothing, and never overwrites the server’s row', async () => {
    await createTurnCalls().keep(ended({ text: '' }))
    expect(await store.count('messages')).toBe(0)
    await putMessage(store, message('m4', { rev: 9 }))
    await createTurnCalls().keep(ended())
    expect(await store.get('messages', 'm4')).toMatchObject({ rev: 9 })
    await putMessage(store, message('m4', { status: 'streaming' }))
    await createTurnCalls().keep(ended())
    expect(await store.get('messages', 'm4')).toMatchObject({ status: 'complete' })
  })

  it('leaves nothing where nothing may be kept', async () => {
    bindStore({ status: 'signedOut' })
    await expect(createTurnCalls().keep(ended())).resolves.toBeUndefined()
  })
})

it('changes go up as mutations, and the server’s rows come back', async () => {
  const row = { id: 'c', title: 'New', rev: 3 } as Conversation
  answers(() =>
    Response.json({
      results: [
        { op_id: '1', status: 'applied', row, conflict: false, problem: null },
        {
          op_id: '2',
          status: 'rejected',
          row: null,
          conflict: false,
          problem: { status: 409, code: 'id_taken', title: 'Taken' },
        },
        { op_id: '3', status: 'rejected', row: { id: 'm' }, conflict: false, problem: null },
      ],
    }),
  )
  const rename = (id: string): OutboxItem => ({
    ...item(),
    id,
    body: { type: 'mutation', kind: 'rename', target: 'c', baseRev: 2, fields: { title: 'New' } },
  })
  const results = await pushMutations([rename('1'), rename('2'), rename('3')])
  expect(sent[0]?.body).toMatchObject({
    mutations: [{ op_id: '1', kind: 'rename', id: 'c', base_rev: 2, fields: { title: 'New' } }, {}, {}],
  })
  expect(results.map(result => result.trouble?.code)).toEqual([undefined, 'id_taken', 'http_422'])
  expect(await store.get('conversations', 'c')).toEqual(row)
})

describe('the loop of delta sync', () => {
  const changes = {
    items: [{ kind: 'conversation', row: { id: 'c', title: 'x', rev: 1 } }],
    tombstones: [],
    next_cursor: '1',
    more: false,
  }
  function loop() {
    const topics = new Map<string, () => void>()
    let now = 1_000_000
    const on = (topic: string, listener: () => void) => {
      topics.set(topic, listener)
      return () => topics.delete(topic)
    }
    const sync = createSync({ on } as never, () => now)
    return { sync, topics, later: (ms: number) => (now += ms) }
  }
  const pulls = () => sent.filter(one => one.url === '/api/v1/sync/pull').length

  it('pulls at the start, on turns of other devices, on the network’s return and on focus after 60 s', async () => {
    answers(() => Response.json(changes))
    const { sync, topics, later } = loop()
    const told: ReadonlySet<string>[] = []
    sync.onChange(ids => told.push(ids))
    const stop = sync.start()
    await vi.waitFor(() => expect(told).toEqual([new Set(['c'])]))
    dispatchEvent(new Event('focus'))
    topics.get('turn')?.()
    await vi.waitFor(() => expect(pulls()).toBe(2))
    await sync.pull()
    later(60_000)
    dispatchEvent(new Event('focus'))
    await vi.waitFor(() => expect(pulls()).toBeGreaterThanOrEqual(3))
    await sync.pull()
    stop()
    const before = pulls()
    dispatchEvent(new Event('online'))
    expect([pulls(), [...topics.keys()]]).toEqual([before, []])
  })

  it('says nothing when it fails, and does nothing without a store', async () => {
    answers(() => new Response('', { status: 503 }))
    await expect(loop().sync.pull()).resolves.toBeUndefined()
    bindStore({ status: 'signedOut' })
    sent.splice(0)
    await loop().sync.pull()
    expect(pulls()).toBe(0)
  })
})

describe('the runtime of a page', () => {
  it('is one, starts once, sends what had failed for want of a connection, and stops', async () => {
    const seen: string[] = []
    vi.stubGlobal('fetch', (request: Request | string) => {
      const path = new URL(typeof request === 'string' ? request : request.url, 'http://localhost').pathname
      seen.push(path)
      if (path === '/api/v1/sync/pull')
        return Promise.resolve(Response.json({ items: [], tombstones: [], next_cursor: '1', more: false }))
      if (path.endsWith('/turns'))
        return Promise.resolve(new Response('id: 1\nevent: delta\ndata: {"text":"Hello"}\n\nevent: done\ndata: {}\n\n'))
      return new Promise(() => undefined)
    })
    installAdapter({ ...auth(), state: () => USER, token: async () => 'x', subscribe: () => () => undefined })
    const it = runtime()
    expect(runtime()).toBe(it)
    const cut = { nextAt: Date.now() + 60_000, trouble: toTrouble(new TypeError('Load failed')) }
    await it.outbox.add('c', item({ root: true }).body, 'op', cut)
    it.start()
    it.start()
    await vi.waitFor(async () =>
      expect(await store.get('messages', 'm4')).toMatchObject({ parts: [{ text: 'Hello' }] }),
    )
    expect(seen).toContain('/api/v1/events')
    it.stop()
  })

  it('tells of an answer although the page was hidden before the frame that would have drawn it', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0)
    const told = vi.fn()
    const off = runtime().turns.subscribe(told)
    runtime().turns.close()
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce())
    off()
  })

  it('runs while somebody is signed in, and stays as it is while that cannot be asked', () => {
    const start = vi.spyOn(runtime(), 'start').mockReturnValue()
    const stop = vi.spyOn(runtime(), 'stop').mockReturnValue()
    const calls = () => [start.mock.calls.length, stop.mock.calls.length]
    const seen = (['loading', 'offline', 'signedIn', 'signedOut'] as const).map(status => (follow({ status }), calls()))
    expect(seen).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 1],
    ])
  })

  it('looks again when the page is seen, not when it is hidden', () => {
    const act = vi.fn()
    const off = whenReachable(act)
    document.dispatchEvent(new Event('visibilitychange'))
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    dispatchEvent(new Event('focus'))
    off()
    dispatchEvent(new Event('focus'))
    expect(act).toHaveBeenCalledTimes(2)
  })
})
