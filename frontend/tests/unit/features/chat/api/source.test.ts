import { beforeEach, describe, expect, it, vi } from 'vitest'
import { listConversations, messagesOf, PAGE, storedMessage, storedMessages } from '@/features/chat/api/source'
import { ProblemError } from '@/lib/api/problem'
import { loadConfig } from '@/lib/config/config'
import { SYNCED_AT } from '@/lib/offline/sync'
import { bindStore, currentStore, openStore } from '@/lib/offline/store'
import { conversation, message } from '../made'

const who = { id: 'x', name: 'x', display: 'x', email: 'x' }
const calls: string[] = []

function serve(answer: (url: URL) => [number, unknown]): void {
  vi.stubGlobal('fetch', async (request: Request | string) => {
    const url = new URL(typeof request === 'string' ? request : request.url, 'http://localhost')
    calls.push(url.pathname + url.search)
    const [status, body] = answer(url)
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
}

async function keep(offlineStore: boolean): Promise<void> {
  serve(() => [200, { features: { offlineStore } }])
  await loadConfig()
  bindStore({ status: 'signedOut' } as never)
  bindStore({ status: 'signedIn', tenant: who, user: who } as never)
  await currentStore()
  calls.length = 0
}

vi.mock('@/lib/auth/auth', () => ({
  auth: () => ({ token: async () => null, renew: async () => false, state: () => ({ status: 'signedIn' }) }),
  onAuth: () => () => undefined,
}))

beforeEach(() => keep(true))

describe('with a store', () => {
  it('lists what the device has, with the time of the last sync', async () => {
    const store = await currentStore()
    await store?.put('conversations', conversation('c'))
    expect((await listConversations()).syncedAt).toBeUndefined()
    await store?.put('kv', 5, SYNCED_AT)
    expect(await listConversations()).toMatchObject({ rows: [{ id: 'c' }], syncedAt: 5 })
    expect(calls).toEqual([])
  })

  it('reads a long conversation in pages, in order, without its neighbours', async () => {
    const store = await openStore('long', 'u')
    const tx = store.transaction('messages', 'readwrite')
    const ids = Array.from({ length: PAGE * 2 }, (_, at) => String(at).padStart(6, '0'))
    for (const id of ids) void tx.store.put(message(id, null))
    void tx.store.put(message('other', null, { conversation_id: 'd' }))
    await tx.done
    expect((await storedMessages(store, 'c')).map(one => one.id)).toEqual(ids)
  })

  it('does not ask for what it keeps, and asks for nothing when it must not', async () => {
    await (await currentStore())?.put('messages', message('1', null))
    expect(await messagesOf('c', true)).toHaveLength(1)
    expect(await messagesOf('unknown', false)).toEqual([])
    expect((await storedMessage('1'))?.id).toBe('1')
    expect(calls).toEqual([])
  })

  it('fetches and keeps a conversation that is older than what the device has', async () => {
    serve(url => [
      200,
      url.searchParams.get('cursor')
        ? { items: [message('2', '1')], next_cursor: null }
        : { items: [message('1', null)], next_cursor: 'next' },
    ])
    expect((await messagesOf('c', true)).map(one => one.id)).toEqual(['1', '2'])
    expect(calls).toHaveLength(2)
    expect(await (await currentStore())?.count('messages')).toBe(2)
  })

  it('throws the server’s refusal', async () => {
    serve(() => [404, { title: 'gone', code: 'not_found' }])
    await expect(messagesOf('c', true)).rejects.toBeInstanceOf(ProblemError)
  })
})

describe('where nothing may be kept', () => {
  beforeEach(() => keep(false))

  it('asks the server each time', async () => {
    serve(url => [
      200,
      url.pathname.endsWith('/messages')
        ? { items: [message('1', null)], next_cursor: null }
        : url.searchParams.get('cursor')
          ? { items: [conversation('d')], next_cursor: null }
          : { items: [conversation('c')], next_cursor: 'n' },
    ])
    expect((await listConversations()).rows.map(row => row.id)).toEqual(['c', 'd'])
    expect(await messagesOf('c', true)).toHaveLength(1)
    expect(await messagesOf('c', false)).toEqual([])
    expect(await storedMessage('1')).toBeUndefined()
  })
})
