import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ask,
  askAgainLater,
  begin,
  moveToNew,
  pin,
  regenerate,
  remove,
  rename,
  setParams,
  swap,
  type Ports,
} from '@/features/chat/api/changes'
import { fromProblem } from '@/lib/api/problem'
import { idBehind, uuid7 } from '@/lib/ids/uuid7'
import type { MutationBody, OutboxItem, SendBody } from '@/lib/offline/outbox'
import { openStore, type Store } from '@/lib/offline/store'
import { conversation, message, send, turn } from '../made'

const NOW = Date.parse('2026-11-28T12:00:00Z')
let store: Store
let items: OutboxItem[]
let told: string[]
let to: Ports

function outboxOf(): Ports['outbox'] {
  const add = async (queue: string, body: SendBody | MutationBody, id = uuid7(), later = { nextAt: 0 }) => {
    const item: OutboxItem = { id, queue, body, state: 'waiting', createdAt: NOW, tries: 0, ...later }
    items.push(item)
    return item
  }
  return {
    add,
    items: async () => [...items],
    cancel: async id => void (items = items.filter(item => item.id !== id)),
    edit: vi.fn(async () => undefined),
    retarget: vi.fn(async () => undefined),
  }
}

beforeEach(async () => {
  store = await openStore('t', 'u')
  items = []
  told = []
  to = { store: async () => store, outbox: outboxOf(), tell: ids => told.push(...ids), now: () => NOW }
  await store.put('conversations', conversation('c'))
})

const bodies = () => items.map(item => item.body)
const question = { text: 'Why?', model: 'm', params: { temperature: 0.2 }, parentId: 'p' }

describe('a change of a conversation', () => {
  it('is seen at once and sent by the outbox with the revision it was based on', async () => {
    await rename(to, 'c', 'New')
    expect((await store.get('conversations', 'c'))?.title).toBe('New')
    expect(bodies()).toEqual([{ type: 'mutation', kind: 'rename', target: 'c', baseRev: 3, fields: { title: 'New' } }])
    expect(told).toEqual(['c'])
  })

  it('pins, and sets parameters in the wire’s form', async () => {
    await pin(to, 'c', true)
    await setParams(to, 'c', { maxTokens: 9 })
    expect(await store.get('conversations', 'c')).toMatchObject({ pinned: true, params: { max_tokens: 9 } })
    expect(bodies()).toMatchObject([{ kind: 'pin' }, { kind: 'params', fields: { params: { max_tokens: 9 } } }])
  })

  it('is sent although this device keeps nothing', async () => {
    await rename({ ...to, store: async () => null }, 'c', 'New')
    expect(bodies()).toMatchObject([{ kind: 'rename', baseRev: null }])
  })

  it('deletes its messages and its waiting sends, and nobody else’s', async () => {
    await store.put('messages', message('1', null))
    await store.put('messages', message('2', null, { conversation_id: 'd' }))
    items.push(send('1'), send('2', { queue: 'd' }))
    await remove(to, 'c')
    expect(await store.getAllKeys('messages')).toEqual(['2'])
    expect(await store.get('conversations', 'c')).toBeUndefined()
    expect(items.map(item => item.body)).toMatchObject([{ messageId: '2-q' }, { kind: 'delete', target: 'c' }])
  })

  it('deletes where nothing is kept', async () => {
    await remove({ ...to, store: async () => null }, 'c')
    expect(bodies()).toMatchObject([{ kind: 'delete' }])
  })
})

describe('a question', () => {
  it('goes under its parent with ids of this device’s making', async () => {
    const id = await ask(to, 'c', question)
    const body = bodies()[0] as SendBody
    expect(body).toMatchObject({ messageId: id, parentId: 'p', params: { temperature: 0.2 }, model: 'm' })
    expect(body.answerId > id).toBe(true)
    expect(body.root).toBeUndefined()
    expect(await store.get('conversations', 'c')).toMatchObject({
      model: 'm',
      last_message_at: '2026-11-28T12:00:00.000Z',
    })
  })

  it('may stand beside the first one', async () => {
    await ask(to, 'c', { ...question, parentId: null, root: true })
    expect(bodies()[0]).toMatchObject({ root: true, parentId: null })
  })

  it('begins a conversation, which is made before anything is asked in it', async () => {
    const id = await begin(to, question)
    expect(await store.get('conversations', id)).toMatchObject({ title: 'Why?', rev: 0, params: { temperature: 0.2 } })
    expect(items.map(item => item.queue)).toEqual([id, id])
    expect(bodies()).toMatchObject([
      { kind: 'create', target: id },
      { type: 'send', text: 'Why?' },
    ])
  })

  it('is answered again under the same question', async () => {
    const made = await regenerate(to, 'c', { id: 'q', model: 'm', params: {} })
    expect(bodies()[0]).toMatchObject({ regenerate: true, messageId: 'q', answerId: made, text: '' })
  })
})

describe('a question asked again later', () => {
  const failed = turn(uuid7(), {
    answerId: uuid7(),
    trouble: fromProblem(503, { code: 'model_loading', retry_after: 20 }),
  })

  it('keeps its place before what queued behind it', async () => {
    const behind = uuid7()
    const item = await askAgainLater(to, failed, { temperature: 1 })
    expect(item.id > failed.turnId && item.id < behind).toBe(true)
    expect(item).toMatchObject({ nextAt: NOW + 20_000, body: { regenerate: true, params: { temperature: 1 } } })
    expect(item.trouble?.code).toBe('model_loading')
  })

  it('is one try, though two tabs ask for it', async () => {
    const [a, b] = [await askAgainLater(to, failed, {}), await askAgainLater(to, failed, {})]
    expect(a.id).toBe(b.id)
    expect((a.body as SendBody).answerId).toBe((b.body as SendBody).answerId)
  })

  it('waits 15 s where the server names no time', async () => {
    const item = await askAgainLater(to, turn(uuid7(), { answerId: uuid7() }), {})
    expect(item.nextAt).toBe(NOW + 15_000)
    expect(item.trouble).toBeUndefined()
  })

  it('has an id right behind the first try’s, also across the counter’s end', () => {
    expect(idBehind('01930000-0000-7fff-8000-000000000001')).toBe('01930000-0001-7000-8000-000000000001')
  })
})

describe('waiting messages', () => {
  it('change places by their words', async () => {
    await swap(to, send('1'), send('2'))
    expect(to.outbox.edit).toHaveBeenCalledWith('1', 'words of 2')
    expect(to.outbox.edit).toHaveBeenCalledWith('2', 'words of 1')
    expect(to.outbox.retarget).not.toHaveBeenCalled()
  })

  it('take their Models along', async () => {
    await swap(to, send('1'), send('2', {}, { model: 'other' }))
    expect(to.outbox.retarget).toHaveBeenCalledWith('1', 'other')
    expect(to.outbox.retarget).toHaveBeenCalledWith('2', 'm')
  })

  it('of a deleted conversation become a new one, in their order', async () => {
    const sends = [send('1'), send('2'), send('3', {}, { regenerate: true })]
    items.push(...sends)
    const id = await moveToNew(to, sends)
    expect(items.every(item => item.queue === id)).toBe(true)
    expect(bodies()).toMatchObject([{ kind: 'create' }, { text: 'words of 1' }, { text: 'words of 2' }])
  })

  it('that are only second tries make no conversation', async () => {
    expect(await moveToNew(to, [send('1', {}, { regenerate: true })])).toBeUndefined()
  })
})
