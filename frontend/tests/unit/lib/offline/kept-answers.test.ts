import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, it, vi } from 'vitest'
import { FRESH_MS } from '@/lib/api/query'
import type { AuthState } from '@/lib/auth/adapter'
import { auth, installAdapter } from '@/lib/auth/auth'
import { followAnswers, keepAnswers, KEPT_MS, readAnswers, restoreAnswers } from '@/lib/offline/kept-answers'
import { bindStore, unbindStore } from '@/lib/offline/store'
import { openStore } from '../../../offline'

afterEach(async () => {
  installAdapter(undefined)
  await unbindStore()
})

const KEY = ['t1', 'models', 'list', { limit: 2 }]
const NOW = 1_800_000_000_000
const ask = (client: QueryClient, value: unknown, key: readonly unknown[] = KEY) =>
  client.fetchQuery({ queryKey: key, queryFn: () => value, staleTime: Infinity })

async function kept() {
  const store = await openStore('t1', 'u1')
  return { store, rows: () => store.getAll('queries') }
}

it('an answer is there again after a start, stale, and is asked for again', async () => {
  const { store, rows } = await kept()
  const before = new QueryClient()
  await ask(before, ['early'], ['t1', 'early'])
  const end = keepAnswers(before, store)
  await ask(before, ['a'])
  await vi.waitFor(async () => expect((await rows()).map(row => row.value)).toEqual([['early'], ['a']]))
  end()
  const client = new QueryClient()
  restoreAnswers(client, await readAnswers(store, Date.now()), Date.now())
  expect(client.getQueryData(KEY)).toEqual(['a'])
  expect(client.getQueryState(KEY)?.dataUpdatedAt).toBeLessThanOrEqual(Date.now() - FRESH_MS)
  expect(await ask(client, ['b'])).toEqual(['b'])
  store.close()
})

it('what is known already stays, and what is too old or another build’s goes from the device', async () => {
  const { store, rows } = await kept()
  const key = (name: string) => JSON.stringify(['t1', name])
  await store.put('queries', { key: key('known'), value: 'old', savedAt: NOW - 1, build: '' })
  await store.put('queries', { key: key('week'), value: 'old', savedAt: NOW - KEPT_MS, build: '' })
  await store.put('queries', { key: key('older'), value: 'old', savedAt: NOW - KEPT_MS - 1, build: '' })
  await store.put('queries', { key: key('other build'), value: 'old', savedAt: NOW - 1, build: 'before' })
  const client = new QueryClient()
  await ask(client, 'new', ['t1', 'known'])
  restoreAnswers(client, await readAnswers(store, NOW), NOW)
  const seen = ['known', 'week', 'older', 'other build'].map(name => client.getQueryData(['t1', name]))
  expect(seen).toEqual(['new', 'old', undefined, undefined])
  expect((await rows()).map(row => row.key)).toEqual([key('known'), key('week')])
  store.close()
})

it('what the page itself put into an answer is not kept, nor anything once nobody keeps', async () => {
  const { store, rows } = await kept()
  const client = new QueryClient()
  const end = keepAnswers(client, store)
  client.setQueryData(KEY, ['mine'])
  end()
  await ask(client, 'late', ['t1', 'late'])
  expect(await rows()).toEqual([])
  store.close()
})

it('a store that closes under it keeps nothing and breaks nothing', async () => {
  const { store } = await kept()
  const client = new QueryClient()
  keepAnswers(client, store)
  store.close()
  expect(await ask(client, ['a'])).toEqual(['a'])
  restoreAnswers(client, await readAnswers(store, NOW), NOW)
  expect(client.getQueryData(KEY)).toEqual(['a'])
})

/** An adapter that lets the test say who it is. */
function signedIn() {
  let state: AuthState = { status: 'loading' }
  let tell = (): void => undefined
  installAdapter({ ...auth(), state: () => state, subscribe: listener => ((tell = listener), () => undefined) })
  return {
    become(id: string) {
      const user = { id, name: id, email: `${id}@x` }
      state = { status: 'signedIn', user, tenant: { id: 't1', name: 't', display: 'T' } }
      tell()
      bindStore(state)
    },
  }
}

it('each person has their own', async () => {
  const { become } = signedIn()
  const client = new QueryClient()
  followAnswers(client)
  become('u1')
  const held = async (user: string) => {
    const store = await openStore('t1', user)
    const rows = await store.getAll('queries')
    store.close()
    return rows.map(row => row.value)
  }
  await vi.waitFor(async () => {
    await client.fetchQuery({ queryKey: KEY, queryFn: () => ['of u1'] })
    expect(await held('u1')).toEqual([['of u1']])
  })
  client.clear()
  become('u2')
  await vi.waitFor(async () => {
    await client.fetchQuery({ queryKey: KEY, queryFn: () => ['of u2'] })
    expect(await held('u2')).toEqual([['of u2']])
  })
  expect(await held('u1')).toEqual([['of u1']])
  client.clear()
  become('u1')
  await vi.waitFor(() => expect(client.getQueryData(KEY)).toEqual(['of u1']))
})

it('what is read while somebody else signs in is nobody’s, nor what is read after the end', async () => {
  const store = await openStore('t1', 'u1')
  await store.put('queries', { key: JSON.stringify(KEY), value: 'of u1', savedAt: Date.now(), build: '' })
  store.close()
  const people = signedIn()
  const client = new QueryClient()
  const end = followAnswers(client)
  people.become('u1')
  people.become('u2')
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(client.getQueryData(KEY)).toBeUndefined()
  people.become('u1')
  end()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(client.getQueryData(KEY)).toBeUndefined()
})
