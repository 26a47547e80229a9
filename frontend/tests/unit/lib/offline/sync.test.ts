import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CURSOR, pullAll, SYNCED_AT, type Changes } from '@/lib/offline/sync'
import { putMessage, readConversations, readMessages, whileOpen } from '@/lib/offline/rows'
import {
  bindStore,
  currentStore,
  openStore,
  unbindStore,
  type Conversation,
  type Message,
  type Store,
} from '@/lib/offline/store'
import { DRAFT_MS, draftKeys, draftSaver, dropOldDrafts, readDraft, writeDraft } from '@/lib/offline/drafts'
import { wipeStores } from '@/lib/offline/wipe'
import { storeNames } from '../../../offline'

const conversation = (id: string, more: object = {}) =>
  ({ id, title: id, last_message_at: '2026-01-01', created_at: '2025-01-01', rev: 1, ...more }) as Conversation
const message = (id: string, conversation_id: string) =>
  ({ id, conversation_id, parent_id: null, parts: [] }) as unknown as Message
const page = (more: Partial<Changes>): Changes =>
  ({ items: [], tombstones: [], next_cursor: '1', more: false, ...more }) as Changes
const item = (kind: 'conversation' | 'message', row: object) => ({ kind, row }) as Changes['items'][number]

let store: Store
beforeEach(async () => {
  await unbindStore()
  store = await openStore('t', 'u')
})

function pages(...all: Changes[]) {
  const asked: string[] = []
  return {
    asked,
    deps: { now: () => 42, pull: (cursor: string) => (asked.push(cursor), Promise.resolve(all.shift() as Changes)) },
  }
}

describe('delta sync', () => {
  it('reads page after page and keeps rows and cursor', async () => {
    const { asked, deps } = pages(
      page({ items: [item('conversation', conversation('a'))], next_cursor: '5', more: true }),
      page({ items: [item('message', message('m1', 'b'))], next_cursor: '9' }),
    )
    expect(await pullAll(store, deps)).toEqual(new Set(['a', 'b']))
    expect(asked).toEqual(['0', '5'])
    expect([
      await store.get('kv', CURSOR),
      await store.get('kv', SYNCED_AT),
      await store.count('conversations'),
      await store.count('messages'),
    ]).toEqual(['9', 42, 1, 1])
  })

  it('goes on from its cursor', async () => {
    await store.put('kv', '9', CURSOR)
    const { asked, deps } = pages(page({ next_cursor: '9' }))
    await pullAll(store, deps)
    expect(asked).toEqual(['9'])
  })

  it('removes what was deleted, a conversation with its messages', async () => {
    await pullAll(
      store,
      pages(
        page({
          items: [
            item('conversation', conversation('a')),
            item('message', message('m1', 'a')),
            item('message', message('m2', 'b')),
          ],
        }),
      ).deps,
    )
    const gone = [
      { kind: 'conversation', id: 'a', rev: 2 },
      { kind: 'message', id: 'm2', rev: 3 },
    ] as Changes['tombstones']
    expect(await pullAll(store, pages(page({ tombstones: gone })).deps)).toEqual(new Set(['a']))
    expect(await store.count('messages')).toBe(0)
  })

  it('neither skips nor repeats a page when the next one fails', async () => {
    const deps = {
      now: () => 1,
      pull: vi
        .fn()
        .mockResolvedValueOnce(page({ items: [item('conversation', conversation('a'))], next_cursor: '5', more: true }))
        .mockRejectedValueOnce(new TypeError('gone')),
    }
    await expect(pullAll(store, deps)).rejects.toThrow('gone')
    expect(await store.get('kv', CURSOR)).toBe('5')
    expect(await store.get('kv', SYNCED_AT)).toBeUndefined()
  })

  it('swaps all at once after a resync, and keeps drafts and outbox', async () => {
    await store.put('conversations', conversation('stale'))
    await putMessage(store, message('stale', 'stale'))
    await store.put('drafts', { key: '/chat', text: 'x', savedAt: 1 })
    const { asked, deps } = pages(
      page({ resync: true }),
      page({ items: [item('conversation', conversation('a'))], next_cursor: '3', more: true }),
      page({ items: [item('message', message('m', 'a'))], next_cursor: '4' }),
    )
    await store.put('kv', 'old', CURSOR)
    expect(await pullAll(store, deps)).toEqual(new Set(['a']))
    expect(asked).toEqual(['old', '0', '3'])
    expect([
      await store.getAllKeys('conversations'),
      await store.getAllKeys('messages'),
      await store.count('drafts'),
      await store.get('kv', CURSOR),
    ]).toEqual([['a'], ['m'], 1, '4'])
  })
})

describe('the store', () => {
  it('lists conversations newest first and messages oldest first', async () => {
    await store.put('conversations', conversation('a', { last_message_at: '2026-01-02' }))
    await store.put('conversations', conversation('b', { last_message_at: null, created_at: '2026-01-03' }))
    await putMessage(store, message('2', 'a'))
    await putMessage(store, message('1', 'a'))
    await putMessage(store, message('3', 'b'))
    expect((await readConversations(store)).map(row => row.id)).toEqual(['b', 'a'])
    expect((await readMessages(store, 'a')).map(row => row.id)).toEqual(['1', '2'])
  })

  it('that is being closed holds nothing for whoever still reads it', async () => {
    store.close()
    expect([await readConversations(store), await readMessages(store, 'a')]).toEqual([[], []])
    await expect(whileOpen(() => Promise.reject(new TypeError('other')), 0)).rejects.toThrow('other')
  })

  const state = (user: string) =>
    ({
      status: 'signedIn',
      user: { id: user, name: 'n', email: 'e' },
      tenant: { id: 't', name: 'n', display: 'd' },
    }) as const

  it('is whose is signed in, and waits until that is known', async () => {
    const waiting = currentStore()
    bindStore({ status: 'loading' })
    bindStore(state('me'))
    bindStore(state('me'))
    expect((await waiting)?.name).toBe('freehold:t:me')
    bindStore(state('you'))
    expect((await currentStore())?.name).toBe('freehold:t:you')
    bindStore({ status: 'signedOut' })
    expect(await currentStore()).toBeNull()
  })

  it('is gone after a wipe, also while it was open', async () => {
    bindStore(state('me'))
    await currentStore()
    store.close()
    await wipeStores()
    expect(await storeNames()).toEqual([])
  })

  it('leaves what belongs to the device', async () => {
    vi.resetModules()
    const fresh = { ...(await import('@/lib/offline/shared')), ...(await import('@/lib/offline/wipe')) }
    ;(await openStore('t', 'gone')).close()
    store.close()
    await fresh.writeShared('config', { version: '7' })
    await fresh.wipeStores()
    expect([await storeNames(), await fresh.readShared('config')]).toEqual([[], { version: '7' }])
  })

  it('is none where storage is refused, and wiping does not fail there', async () => {
    vi.stubGlobal('indexedDB', undefined)
    await expect(wipeStores()).resolves.toBeUndefined()
  })
})

describe('drafts', () => {
  beforeEach(() =>
    bindStore({
      status: 'signedIn',
      user: { id: 'u', name: 'n', email: 'e' },
      tenant: { id: 't', name: 'n', display: 'd' },
    }),
  )

  it('are there again, until they are emptied', async () => {
    await writeDraft('/chat', 'half a thought')
    expect([await readDraft('/chat'), await draftKeys()]).toEqual(['half a thought', ['/chat']])
    await writeDraft('/chat', '  ')
    expect([await readDraft('/chat'), await draftKeys()]).toEqual(['', []])
  })

  it('are saved 300 ms after the last keystroke, or at once on leaving', async () => {
    const draft = draftSaver('/chat')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    draft.save('a')
    draft.save('ab')
    vi.advanceTimersByTime(299)
    vi.useRealTimers()
    expect(await readDraft('/chat')).toBe('')
    await draft.flush()
    await draft.flush()
    expect(await readDraft('/chat')).toBe('ab')
  })

  it('are on the disk when leaving is over', async () => {
    const order: string[] = []
    const before = (await currentStore())?.transaction('drafts', 'readwrite')
    void before?.done.then(() => order.push('what was being written'))
    const draft = draftSaver('/chat')
    draft.save('ab')
    await draft.flush()
    order.push('flushed')
    expect(order).toEqual(['what was being written', 'flushed'])
  })

  it('end after 30 days', async () => {
    const now = Date.now()
    await store.put('drafts', { key: 'old', text: 'x', savedAt: now - DRAFT_MS })
    await store.put('drafts', { key: 'new', text: 'x', savedAt: now - DRAFT_MS + 1 })
    expect(await readDraft('old')).toBe('')
    await dropOldDrafts(store, now)
    expect(await draftKeys()).toEqual(['new'])
  })

  it('are not kept where nothing may be', async () => {
    bindStore({ status: 'signedOut' })
    await writeDraft('/chat', 'x')
    expect([await readDraft('/chat'), await draftKeys()]).toEqual(['', []])
  })
})
