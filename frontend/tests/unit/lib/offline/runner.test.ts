import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { createOutbox, OutboxFull, type OutboxDeps } from '@/lib/offline/outbox-runner'
import type { OutboxItem, SendBody } from '@/lib/offline/outbox'
import { openStore, type Store } from '@/lib/offline/store'

const send = (text: string): SendBody => ({
  type: 'send',
  text,
  model: 'm',
  messageId: text,
  answerId: `${text}-a`,
  parentId: null,
})
const rename = (target: string, title: string) =>
  ({ type: 'mutation', kind: 'rename', target, baseRev: 1, fields: { title } }) as const

function make(store: Store | null, change: Partial<OutboxDeps> = {}) {
  const world = {
    now: 1_000_000,
    busy: new Set<string>(),
    sent: [] as string[],
    pushed: [] as string[][],
    wakes: [] as [() => void, number][],
  }
  const deps: OutboxDeps = {
    store: () => Promise.resolve(store),
    send: (_, body) => (world.sent.push(body.text), Promise.resolve()),
    push: items => (
      world.pushed.push(items.map(item => item.id)),
      Promise.resolve(items.map(item => ({ op_id: item.id })))
    ),
    busy: () => world.busy,
    now: () => world.now,
    locks: navigator.locks,
    wake: (callback, ms) => world.wakes.push([callback, ms]),
    ...change,
  }
  return { world, outbox: createOutbox(deps) }
}

const fails = (status: number) => () => Promise.reject(new ProblemError(fromProblem(status, {})))

let store: Store
beforeEach(async () => void (store = await openStore('t', 'u')))

describe('the outbox', () => {
  it('sends what is added and forgets it', async () => {
    const { outbox, world } = make(store)
    await outbox.add('a', send('one'))
    await vi.waitFor(async () => expect(await outbox.items()).toEqual([]))
    expect(world.sent).toEqual(['one'])
  })

  it('keeps no character that could not be stored, in a text or in a field', async () => {
    const pushed: unknown[] = []
    const push: OutboxDeps['push'] = items => (pushed.push(...items.map(item => item.body)), Promise.resolve([]))
    const { outbox, world } = make(store, { push })
    await outbox.add('a', send('from a\0 page \ud83d'))
    await outbox.add('b', rename('b', 'half \ude00\0'))
    await vi.waitFor(async () => expect(await outbox.items()).toEqual([]))
    expect(world.sent).toEqual(['from a page \ufffd'])
    expect(pushed).toEqual([rename('b', 'half \ufffd')])
  })

  it('works without a store, as long as the page lives', async () => {
    const { outbox, world } = make(null)
    await outbox.add('a', send('one'))
    await outbox.add('a', rename('a', 'x'))
    await vi.waitFor(async () => expect(await outbox.items()).toEqual([]))
    expect([world.sent, world.pushed.length]).toEqual([['one'], 1])
  })

  it('sends a conversation’s messages in their order, the next only when the answer is there', async () => {
    const { outbox, world } = make(store)
    world.busy.add('a')
    await outbox.add('a', send('one'))
    await outbox.add('a', send('two'))
    await outbox.drain()
    expect(world.sent).toEqual([])
    world.busy.clear()
    await outbox.drain()
    await vi.waitFor(() => expect(world.sent).toEqual(['one', 'two']))
  })

  it('survives a reload in the middle of sending, with the same id', async () => {
    const never = make(store, {
      send: () => new Promise(() => undefined),
      locks: { request: ((_: string, act: () => unknown) => act()) as LockManager['request'] },
    })
    const { id } = await never.outbox.add('a', send('one'))
    await vi.waitFor(async () => expect((await store.get('outbox', id))?.state).toBe('sending'))
    const ids: string[] = []
    const after = make(store, { send: item => (ids.push(item.id), Promise.resolve()) })
    await after.outbox.drain()
    expect(ids).toEqual([id])
  })

  it('waits and tries again where it may pass by itself', async () => {
    const { outbox, world } = make(store, { send: fails(503) })
    await outbox.add('a', send('one'))
    await vi.waitFor(() => expect(world.wakes.at(-1)?.[1]).toBe(1000))
    expect((await outbox.items())[0]).toMatchObject({ state: 'waiting', tries: 1, trouble: { status: 503 } })
    world.now += 1000
    world.wakes.at(-1)?.[0]()
    await vi.waitFor(async () => expect((await outbox.items())[0]?.tries).toBe(2))
  })

  it('hands a refusal to the person, who may change the Model, retry or give up', async () => {
    let refuse = true
    const models: string[] = []
    const { outbox } = make(store, {
      send: (_, body) => (models.push(body.model), refuse ? fails(404)() : Promise.resolve()),
    })
    const { id } = await outbox.add('a', send('one'))
    await vi.waitFor(async () => expect((await outbox.items())[0]?.state).toBe('needs_you'))
    refuse = false
    await outbox.retarget(id, 'other')
    await vi.waitFor(async () => expect(await outbox.items()).toEqual([]))
    expect(models).toEqual(['m', 'other'])
  })

  it('does not send what was cancelled, and sends what was edited as edited', async () => {
    const { outbox, world } = make(store)
    world.busy.add('a')
    const first = await outbox.add('a', send('one'))
    const second = await outbox.add('a', send('two'))
    await outbox.cancel(first.id)
    await outbox.edit(second.id, 'zwei')
    world.busy.clear()
    await outbox.drain()
    await vi.waitFor(() => expect(world.sent).toEqual(['zwei']))
  })

  it('leaves alone what is being sent, what is unknown and what has no text', async () => {
    const { outbox } = make(store, { locks: { request: () => new Promise(() => undefined) } })
    const { id } = await outbox.add('a', rename('a', 'x'))
    const before = { ...((await store.get('outbox', id)) as OutboxItem) }
    await outbox.edit(id, 'text')
    await outbox.retarget(id, 'm')
    expect(await store.get('outbox', id)).toEqual(before)
    await store.put('outbox', { ...before, state: 'sending' })
    await outbox.retry('unknown')
    await outbox.cancel(id)
    await outbox.retry(id)
    expect(await store.get('outbox', id)).toEqual({ ...before, state: 'sending' })
  })

  it('asks about what is older than a day, and sends it when told to', async () => {
    const { outbox, world } = make(store)
    await store.put('outbox', {
      id: 'old',
      queue: 'a',
      body: send('old'),
      state: 'waiting',
      createdAt: world.now - 25 * 3_600_000,
      nextAt: 0,
      tries: 0,
    })
    await outbox.drain()
    expect((await outbox.items())[0]).toMatchObject({ state: 'needs_you', trouble: { code: 'old' } })
    await outbox.retry('old')
    await vi.waitFor(() => expect(world.sent).toEqual(['old']))
  })

  it('takes what the server refused of a push out of the others’ way', async () => {
    const trouble = fromProblem(409, { code: 'id_taken' })
    const { outbox } = make(store, {
      push: items => Promise.resolve(items.map(item => ({ op_id: item.id, ...(item.queue === 'bad' && { trouble }) }))),
    })
    await outbox.add('bad', rename('bad', 'x'))
    await outbox.add('good', rename('good', 'x'))
    await vi.waitFor(async () =>
      expect((await outbox.items()).map(item => [item.queue, item.state])).toEqual([['bad', 'needs_you']]),
    )
  })

  it('keeps all of a push that got no answer', async () => {
    const { outbox } = make(store, { push: () => Promise.reject(new TypeError('gone')) })
    await outbox.add('a', rename('a', 'x'))
    await vi.waitFor(async () => expect((await outbox.items())[0]).toMatchObject({ state: 'waiting', tries: 1 }))
  })

  it('takes no more than 500 things', async () => {
    const { outbox } = make(store)
    const tx = store.transaction('outbox', 'readwrite')
    for (let at = 0; at < 500; at++)
      void tx.store.put({
        id: `i${at}`,
        queue: 'a',
        body: send('x'),
        state: 'needs_you',
        createdAt: 0,
        nextAt: 0,
        tries: 0,
      })
    await tx.done
    await expect(outbox.add('a', send('more'))).rejects.toBeInstanceOf(OutboxFull)
  })

  it('tells every tab, and nobody who left', async () => {
    const channel = { postMessage: vi.fn(), onmessage: null as ((event: MessageEvent) => void) | null }
    const { outbox, world } = make(store, { channel })
    world.busy.add('a')
    const told: number[] = []
    const off = outbox.subscribe(items => told.push(items.length))
    await vi.waitFor(() => expect(told).toEqual([0]))
    await outbox.add('a', send('one'))
    expect(channel.postMessage).toHaveBeenCalledWith('changed')
    channel.onmessage?.({} as MessageEvent)
    await vi.waitFor(() => expect(told).toEqual([0, 1, 1]))
    off()
    channel.onmessage?.({} as MessageEvent)
    expect(told).toHaveLength(3)
  })

  it('drains once more for a call that came during a drain', async () => {
    const { outbox, world } = make(store)
    await Promise.all([outbox.drain(), outbox.add('a', send('one')), outbox.drain()])
    await vi.waitFor(() => expect(world.sent).toEqual(['one']))
  })
})
