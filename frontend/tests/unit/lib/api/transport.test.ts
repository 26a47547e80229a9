import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allPages, api, unwrap, unwrapTagged } from '@/lib/api/client'
import { resetConnectivity } from '@/lib/api/connectivity'
import { createQueryClient, featureKeys, retries } from '@/lib/api/query'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { openStream, postStream } from '@/lib/api/stream'
import { apiOrigin, send } from '@/lib/api/transport'
import { auth, expectAdapter, installAdapter, onAuth } from '@/lib/auth/auth'
import type { AuthAdapter, AuthState } from '@/lib/auth/adapter'

function adapter(tokens: (string | null)[], renews = true, state: AuthState = { status: 'signedIn' }): AuthAdapter {
  return {
    ...auth(),
    kind: 'local',
    state: () => state,
    token: async () => tokens.shift() ?? null,
    renew: async () => renews,
    subscribe: () => () => undefined,
  }
}

const seen: Request[] = []
function answers(...responses: (Response | Error)[]): void {
  vi.stubGlobal('fetch', (request: Request) => {
    seen.push(request)
    const next = responses.shift() ?? new Response('{}')
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
  })
}

beforeEach(() => void seen.splice(0))
afterEach(() => {
  installAdapter(undefined)
  resetConnectivity()
})

const request = () => new Request(`${apiOrigin()}/api/v1/models`, { method: 'POST', body: 'x' })

describe('a call', () => {
  it('carries the token', async () => {
    installAdapter(adapter(['one']))
    answers()
    await send(request())
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer one')
  })

  it('goes without one when there is none', async () => {
    answers()
    await send(request())
    expect(seen[0]?.headers.has('authorization')).toBe(false)
  })

  it('is sent once more, whole, after a 401 and a new token', async () => {
    installAdapter(adapter(['old', 'new']))
    answers(new Response('', { status: 401 }), new Response('fine'))
    expect(await (await send(request())).text()).toBe('fine')
    expect(seen.map(one => one.headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new'])
    expect(await seen[1]?.text()).toBe('x')
  })

  it('keeps the 401 where no new token is to be had', async () => {
    installAdapter(adapter(['old'], false))
    answers(new Response('', { status: 401 }))
    expect((await send(request())).status).toBe(401)
    expect(seen).toHaveLength(1)
  })

  it('ends at its deadline', async () => {
    vi.stubGlobal('fetch', (one: Request) =>
      one instanceof Request
        ? new Promise((_, reject) => one.signal.addEventListener('abort', () => reject(one.signal.reason as Error)))
        : Promise.resolve(new Response()),
    )
    await expect(send(request(), 5)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('that fails has the connection looked at, unless it was given up on purpose', async () => {
    const asked = vi.fn(() => Promise.reject(new TypeError('gone')))
    vi.stubGlobal('fetch', asked)
    await expect(send(request())).rejects.toBeInstanceOf(TypeError)
    expect(asked).toHaveBeenCalledTimes(2)
    const abort = new AbortController()
    abort.abort()
    await expect(send(new Request(request(), { signal: abort.signal }))).rejects.toThrow()
    expect(asked).toHaveBeenCalledTimes(3)
  })
})

describe('the client', () => {
  it('gives the body, and the ETag to whoever wants it', async () => {
    answers(Response.json({ items: [], next_cursor: null }, { headers: { etag: '"7"' } }))
    expect(await unwrapTagged(api().GET('/api/v1/models'))).toEqual({
      data: { items: [], next_cursor: null },
      etag: '"7"',
    })
  })

  it('throws the problem of any other answer', async () => {
    answers(Response.json({ code: 'forbidden', title: 'No.' }, { status: 403 }))
    await expect(unwrap(api().GET('/api/v1/models'))).rejects.toMatchObject({
      trouble: { code: 'forbidden', status: 403 },
    })
  })

  it('is made once per origin', () => expect(api()).toBe(api()))

  it('reads page after page, and no further than wanted', async () => {
    const pages = [
      { items: [1, 2], next_cursor: 'b' },
      { items: [3], next_cursor: null },
    ]
    const read = vi.fn((cursor: string | undefined) => Promise.resolve(pages[cursor ? 1 : 0] as (typeof pages)[0]))
    expect(await allPages(read)).toEqual([1, 2, 3])
    expect(await allPages(read, 2)).toEqual([1, 2])
  })
})

it('every page is asked for with the cursor of the one before', async () => {
  const after: Record<string, { items: number[]; next_cursor: string | null }> = {
    '': { items: [1], next_cursor: 'b' },
    b: { items: [2], next_cursor: 'c' },
    c: { items: [3], next_cursor: null },
  }
  const read = vi.fn((cursor = '') => Promise.resolve(after[cursor] as (typeof after)['']))
  expect(await allPages(read, 4)).toEqual([1, 2, 3])
  expect(read.mock.calls.map(([cursor]) => cursor)).toEqual([undefined, 'b', 'c'])
})

it('a call that is given up ends on the network too', async () => {
  installAdapter(adapter(['one']))
  vi.stubGlobal('fetch', (sent: Request) => {
    seen.push(sent)
    return new Promise((_, reject) => sent.signal.addEventListener('abort', () => reject(sent.signal.reason as Error)))
  })
  const leave = new AbortController()
  const sent = send(new Request(`${apiOrigin()}/api/v1/models`, { signal: leave.signal }))
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  leave.abort()
  await expect(sent).rejects.toThrow()
  expect(seen[0]?.signal.aborted).toBe(true)
})

it('a call made while the page starts waits for the token instead of going without', async () => {
  answers()
  expectAdapter()
  const sent = send(request())
  await Promise.resolve()
  expect(seen).toEqual([])
  installAdapter(adapter(['one']))
  await sent
  expect(seen.map(one => one.headers.get('authorization'))).toEqual(['Bearer one'])
})

describe('a stream', () => {
  it('asks for events and sends JSON', async () => {
    answers(new Response('x'))
    await postStream('/api/v1/x', { a: 1 }, { headers: { 'idempotency-key': 'k' } })
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'idempotency-key': 'k',
    })
    expect(await seen[0]?.json()).toEqual({ a: 1 })
  })

  it('throws the refusal', async () => {
    answers(Response.json({ code: 'not_found' }, { status: 404 }))
    await expect(openStream('/api/v1/x')).rejects.toBeInstanceOf(ProblemError)
  })
})

describe('queries', () => {
  it('are kept by tenant and feature', () => {
    const keys = featureKeys('models')
    expect(keys.list({ a: 1 })).toEqual(['none', 'models', 'list', { a: 1 }])
    installAdapter(adapter([], true, { status: 'signedIn', tenant: { id: 't1', name: 'n', display: 'd' } }))
    expect(keys.all()).toEqual(['t1', 'models'])
    expect(keys.detail('x')).toEqual(['t1', 'models', 'detail', { id: 'x' }])
  })

  it.each([
    [503, 0, true],
    [503, 1, true],
    [503, 2, false],
    [404, 0, false],
    [401, 0, false],
    [0, 0, false],
  ])('that fail with %i after %i failures are retried: %s', (status, failures, again) => {
    expect(retries(failures, new ProblemError(fromProblem(status, {})))).toBe(again)
  })

  it('stay fresh for 15 s and never retry a write', () => {
    expect(createQueryClient().getDefaultOptions()).toMatchObject({
      queries: { staleTime: 15_000 },
      mutations: { retry: false },
    })
  })
})

it('whoever listens for sign-in outlives the adapter', () => {
  const told = vi.fn()
  const off = onAuth(told)
  installAdapter(adapter([]))
  off()
  installAdapter(undefined)
  expect(told).toHaveBeenCalledTimes(1)
})

it('without an adapter everything waits', async () => {
  const waiting = auth()
  await waiting.init()
  await waiting.signOut()
  await waiting.switchTenant('x')
  await waiting.signIn({ kind: 'password', email: '', password: '' })
  waiting.subscribe(() => undefined)()
  expect([waiting.state().status, await waiting.token(), await waiting.renew()]).toEqual(['loading', null, false])
})
