/**
 * Sends what waits, under one Web Lock for all tabs: on start, on `online`, on focus, after each change. Listeners get
 * the queue's items after every change, in every tab.
 */
import { toTrouble, type Trouble } from '../api/problem'
import { uuid7 } from '../ids/uuid7'
import {
  again,
  due,
  failed,
  MOST_ITEMS,
  nextWake,
  overdue,
  recovered,
  sending,
  storable,
  type MutationBody,
  type OutboxItem,
  type SendBody,
} from './outbox'
import { whileOpen } from './rows'
import type { Store } from './store'

export interface PushResult {
  readonly op_id: string
  readonly trouble?: Trouble
}

export interface OutboxDeps {
  readonly store: () => Promise<Store | null>
  /** Resolves once the server has taken the question; the answer streams on elsewhere. Throws what `toTrouble` reads. */
  readonly send: (item: OutboxItem, body: SendBody) => Promise<void>
  readonly push: (items: readonly OutboxItem[]) => Promise<readonly PushResult[]>
  /** Conversations whose answer is still being written. */
  readonly busy: () => ReadonlySet<string>
  readonly now: () => number
  readonly locks: Pick<LockManager, 'request'>
  readonly wake: (callback: () => void, ms: number) => unknown
  readonly channel?: Pick<BroadcastChannel, 'postMessage'> & { onmessage: ((event: MessageEvent) => void) | null }
}

export type Outbox = ReturnType<typeof createOutbox>

const isCutOff = (item: OutboxItem) => item.state === 'waiting' && item.nextAt > 0 && item.trouble?.status === 0

export class OutboxFull extends Error {}

export function createOutbox(deps: OutboxDeps) {
  const listeners = new Set<(items: readonly OutboxItem[]) => void>()
  let memory: OutboxItem[] = []
  let draining: Promise<void> | undefined
  let again_ = false

  async function items(): Promise<OutboxItem[]> {
    const store = await deps.store()
    return store ? whileOpen(() => store.getAll('outbox'), []) : memory
  }

  async function put(changed: readonly OutboxItem[]): Promise<void> {
    const store = await deps.store()
    if (!store) memory = [...memory.filter(old => !changed.some(item => item.id === old.id)), ...changed]
    else {
      await whileOpen(async () => {
        const tx = store.transaction('outbox', 'readwrite')
        await Promise.all([...changed.map(item => tx.store.put(item)), tx.done])
      }, undefined)
    }
    await tell()
  }

  async function remove(ids: readonly string[]): Promise<void> {
    const store = await deps.store()
    if (!store) memory = memory.filter(item => !ids.includes(item.id))
    else {
      await whileOpen(async () => {
        const tx = store.transaction('outbox', 'readwrite')
        await Promise.all([...ids.map(id => tx.store.delete(id)), tx.done])
      }, undefined)
    }
    await tell()
  }

  async function tell(fromHere = true): Promise<void> {
    if (fromHere) deps.channel?.postMessage('changed')
    const all = await items()
    for (const listener of listeners) listener(all)
  }
  if (deps.channel) deps.channel.onmessage = () => void tell(false)

  /** `later`: not before `nextAt` (ms), because of `trouble`. */
  async function add(
    queue: string,
    body: SendBody | MutationBody,
    id: string = uuid7(),
    later: Pick<OutboxItem, 'nextAt' | 'trouble'> = { nextAt: 0 },
  ): Promise<OutboxItem> {
    if ((await items()).length >= MOST_ITEMS) throw new OutboxFull()
    const item: OutboxItem = {
      id,
      queue,
      body: storable(body),
      state: 'waiting',
      createdAt: deps.now(),
      tries: 0,
      ...later,
    }
    await put([item])
    void drain()
    return item
  }

  async function one(item: OutboxItem): Promise<void> {
    await put([sending(item)])
    try {
      await deps.send(item, item.body as SendBody)
      await remove([item.id])
    } catch (error) {
      await put([failed(item, toTrouble(error), deps.now())])
    }
  }

  async function many(batch: readonly OutboxItem[]): Promise<void> {
    await put(batch.map(sending))
    try {
      const results = new Map((await deps.push(batch)).map(result => [result.op_id, result.trouble]))
      const refused = batch.filter(item => results.get(item.id))
      await remove(batch.filter(item => !results.get(item.id)).map(item => item.id))
      if (refused.length) await put(refused.map(item => failed(item, results.get(item.id) as Trouble, deps.now())))
    } catch (error) {
      await put(batch.map(item => failed(item, toTrouble(error), deps.now())))
    }
  }

  /** One round; true when something was tried, so that another round may find more. */
  async function round(): Promise<boolean> {
    const now = deps.now()
    const old = overdue(await items(), now)
    if (old.length) await put(old)
    const { sends, mutations } = due(await items(), now, deps.busy())
    if (mutations.length) await many(mutations)
    await Promise.all(sends.map(one))
    return sends.length + mutations.length > 0
  }

  async function work(): Promise<void> {
    const left = recovered(await items())
    if (left.length) await put(left)
    while (await round());
    const ms = nextWake(await items(), deps.now())
    if (ms !== undefined) deps.wake(() => void drain(), ms)
  }

  /** Sends all that may go. Calls during a drain cause one more when it ends. */
  async function drain(): Promise<void> {
    if (draining) return void (again_ = true)
    draining = deps.locks.request('freehold-outbox', work).finally(() => (draining = undefined)) as Promise<void>
    await draining
    if (again_) {
      again_ = false
      await drain()
    }
  }

  /** The connection is back: what failed for want of it goes now, not when its pause ends. */
  async function hurry(): Promise<void> {
    const early = (await items()).filter(isCutOff).map(item => ({ ...item, nextAt: 0 }))
    if (early.length) await put(early)
    await drain()
  }

  async function change(id: string, how: (item: OutboxItem) => OutboxItem): Promise<void> {
    const item = (await items()).find(one => one.id === id)
    if (!item || item.state === 'sending') return
    await put([how(item)])
    void drain()
  }

  return {
    items,
    add,
    drain,
    hurry,
    /** Not once it is being sent. */
    cancel: async (id: string) => {
      const item = (await items()).find(one => one.id === id)
      if (item && item.state !== 'sending') await remove([id])
      void drain()
    },
    edit: (id: string, text: string) =>
      change(id, item => (item.body.type === 'send' ? { ...item, body: storable({ ...item.body, text }) } : item)),
    /** Another Model for a send whose own is gone. */
    retarget: (id: string, model: string) =>
      change(id, item =>
        item.body.type === 'send' ? again({ ...item, body: { ...item.body, model } }, deps.now()) : item,
      ),
    retry: (id: string) => change(id, item => again(item, deps.now())),
    subscribe(listener: (items: readonly OutboxItem[]) => void) {
      listeners.add(listener)
      void items().then(listener)
      return () => void listeners.delete(listener)
    },
  }
}
