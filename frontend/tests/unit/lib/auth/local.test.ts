import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { remembered } from '@/lib/auth/choose'
import { createLocalAdapter, lifeOf } from '@/lib/auth/local'
import { setupNeeded } from '@/lib/auth/calls'
import { can, leastRole } from '@/lib/auth/can'
import { openStore, storeNames } from '../../../offline'
import { readShared, writeShared } from '@/lib/offline/shared'
import { UNCONFIRMED_MS } from '@/lib/offline/wipe'
import { confirmed } from '../identity'

/** A server that keeps one rotating refresh token. */
function server() {
  const log: string[] = []
  const world = {
    signedIn: true,
    down: false,
    slow: false,
    user: 'u1',
    tenant: 't1',
    refreshStatus: 200,
    life: 300_000,
    tokens: 0,
  }
  const session = () => ({
    access_token: `token-${++world.tokens}`,
    expires_at: new Date(Date.now() + world.life).toISOString(),
  })
  const me = () => {
    const tenant = {
      id: world.tenant,
      name: 'harbour',
      display: 'Harbour',
      state: 'active',
      provisioned: true,
      role: 'engineer',
    }
    return {
      user: { id: world.user, name: 'Mira', email: 'm@x', tz: 'UTC' },
      tenant,
      session_id: 's',
      permissions: ['chat'],
      tenants: [tenant],
    }
  }
  const answers: Record<string, () => Response> = {
    '/auth/refresh': () =>
      world.signedIn
        ? Response.json(session(), { status: world.refreshStatus })
        : Response.json({ code: 'unauthenticated' }, { status: 401 }),
    '/auth/login': () => ((world.signedIn = true), Response.json(session())),
    '/auth/bootstrap': () => Response.json({ code: 'unauthenticated', title: 'Wrong token' }, { status: 401 }),
    '/auth/logout': () => ((world.signedIn = false), new Response(null, { status: 204 })),
    '/auth/config': () => Response.json({ setup_needed: true }),
    '/api/v1/me': () => Response.json(me()),
    '/api/v1/me/tenant': () => Response.json(me()),
  }
  vi.stubGlobal('fetch', (url: string) => {
    log.push(url)
    if (world.slow) return new Promise(() => undefined)
    return world.down
      ? Promise.reject(new TypeError('gone'))
      : Promise.resolve(answers[url]?.() ?? new Response('', { status: 404 }))
  })
  return { world, log, refreshes: () => log.filter(url => url === '/auth/refresh').length }
}

let channels: BroadcastChannel[] = []
beforeEach(() => {
  channels = []
  const Real = BroadcastChannel
  vi.stubGlobal(
    'BroadcastChannel',
    class extends Real {
      constructor(name: string) {
        super(name)
        channels.push(this)
      }
    },
  )
})
afterEach(() => channels.forEach(channel => channel.close()))

describe('starting', () => {
  it('is signed in when the cookie is good, and remembers who, never the token', async () => {
    const { refreshes } = server()
    const adapter = createLocalAdapter()
    await adapter.init()
    expect(adapter.state()).toMatchObject({ status: 'signedIn', user: { name: 'Mira' }, role: 'engineer' })
    expect(refreshes()).toBe(1)
    expect(JSON.stringify(await readShared('identity'))).not.toContain('token-')
  })

  it('is signed out when the server knows no session', async () => {
    server().world.signedIn = false
    const adapter = createLocalAdapter()
    await adapter.init()
    expect(adapter.state().status).toBe('signedOut')
    expect(await adapter.token()).toBeNull()
  })

  it('shows who it was at once, and is offline when nobody answers', async () => {
    await writeShared('identity', confirmed())
    server().world.down = true
    const adapter = createLocalAdapter(await remembered(Date.now()))
    const seen = [`${adapter.state().status} ${adapter.state().user?.name}`]
    adapter.subscribe(() => seen.push(`${adapter.state().status} ${adapter.state().user?.name}`))
    await adapter.init()
    expect(seen).toEqual(['loading Mira', 'offline Mira'])
  })

  it('waits no longer than 3 s', async () => {
    server().world.slow = true
    const adapter = createLocalAdapter()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const started = adapter.init()
    for (let step = 0; step < 40; step++) {
      await vi.advanceTimersByTimeAsync(100)
      await new Promise(resolve => setImmediate(resolve))
    }
    await started
    expect(adapter.state().status).toBe('offline')
  })

  it('is signed out when the account was taken away meanwhile', async () => {
    const { world } = server()
    const adapter = createLocalAdapter()
    vi.stubGlobal('fetch', (url: string) =>
      Promise.resolve(
        url === '/api/v1/me'
          ? Response.json({ code: 'forbidden' }, { status: 403 })
          : Response.json({ access_token: 'x', expires_at: new Date(Date.now() + world.life).toISOString() }),
      ),
    )
    await adapter.init()
    expect(adapter.state().status).toBe('signedOut')
  })

  it('comes back by itself once the server answers again', async () => {
    const { world } = server()
    world.down = true
    const adapter = createLocalAdapter()
    await adapter.init()
    expect(await adapter.token().catch(() => 'lost')).toBe('lost')
    world.down = false
    expect(await adapter.token()).toBe('token-1')
    await vi.waitFor(() => expect(adapter.state().status).toBe('signedIn'))
  })
})

describe('the token', () => {
  it('is renewed behind the scenes at 80 % of its life', async () => {
    const { refreshes } = server()
    let now = Date.now()
    const adapter = createLocalAdapter(undefined, () => now)
    await adapter.init()
    now += 239_000
    expect([await adapter.token(), refreshes()]).toEqual(['token-1', 1])
    now += 2000
    expect(await adapter.token()).toBe('token-1')
    await vi.waitFor(() => expect(refreshes()).toBe(2))
  })

  it('is waited for once it has ended', async () => {
    server()
    let now = Date.now()
    const adapter = createLocalAdapter(undefined, () => now)
    await adapter.init()
    now += 301_000
    expect(await adapter.token()).toBe('token-2')
  })

  it('is renewed once for all callers at the same time', async () => {
    const { refreshes } = server()
    const adapter = createLocalAdapter()
    await adapter.init()
    expect(await Promise.all([adapter.renew(), adapter.renew(), adapter.renew()])).toEqual([true, true, true])
    expect(refreshes()).toBe(2)
  })

  it('is handed to a second tab, which does not ask the server', async () => {
    const { refreshes } = server()
    await createLocalAdapter().init()
    const second = createLocalAdapter()
    await second.init()
    expect([await second.token(), refreshes()]).toEqual(['token-1', 1])
  })

  it('is asked of no other tab where there is none', async () => {
    server()
    const asked = vi.spyOn(BroadcastChannel.prototype, 'postMessage')
    await createLocalAdapter().init()
    expect(asked.mock.calls.map(([told]) => (told as { kind: string }).kind)).toEqual(['token'])
  })

  it.each([401, 403])('ends with the session: signed out when renewing is refused with %i', async status => {
    const { world } = server()
    const adapter = createLocalAdapter()
    await adapter.init()
    world.refreshStatus = status
    expect(await adapter.renew()).toBe(false)
    expect(adapter.state().status).toBe('signedOut')
  })

  it('stays when the server is in trouble', async () => {
    const { world } = server()
    const adapter = createLocalAdapter()
    await adapter.init()
    world.refreshStatus = 503
    expect(await adapter.renew()).toBe(false)
    expect(adapter.state().status).toBe('signedIn')
  })

  it('lives as long as its own two times say, whatever this device’s clock', () => {
    const part = Buffer.from(JSON.stringify({ iat: 100, exp: 400 })).toString('base64url')
    expect(lifeOf({ access_token: `a.${part}.c`, expires_at: 'x' }, 0)).toBe(300_000)
    expect(lifeOf({ access_token: 'opaque', expires_at: new Date(5000).toISOString() }, 1000)).toBe(4000)
    expect(lifeOf({ access_token: 'opaque', expires_at: new Date(500).toISOString() }, 1000)).toBe(0)
  })
})

describe('signing in', () => {
  it('makes somebody of nobody', async () => {
    server().world.signedIn = false
    const adapter = createLocalAdapter()
    await adapter.init()
    await adapter.signIn({ kind: 'password', email: 'm@x', password: 'p' })
    expect(adapter.state().status).toBe('signedIn')
  })

  it('throws the server’s words', async () => {
    server()
    const bootstrap = { kind: 'bootstrap', token: 'x', tenant: 't', email: 'e', name: 'n', password: 'p' } as const
    await expect(createLocalAdapter().signIn(bootstrap)).rejects.toMatchObject({ trouble: { what: 'Wrong token' } })
  })

  it('as somebody else removes what the one before left', async () => {
    const { world } = server()
    ;(await openStore('t1', 'u1')).close()
    const adapter = createLocalAdapter()
    await adapter.init()
    world.user = 'u2'
    await adapter.signIn({ kind: 'password', email: 'o@x', password: 'p' })
    expect(await storeNames()).toEqual([])
  })
})

it('another tenant of the same person begins with nothing of the one before', async () => {
  const { world } = server()
  ;(await openStore('t1', 'u1')).close()
  const adapter = createLocalAdapter()
  await adapter.init()
  world.tenant = 't2'
  await adapter.switchTenant('t2')
  expect(await storeNames()).toEqual([])
})

it('a token that another tab fetched meanwhile is taken instead of a second one', async () => {
  const { refreshes } = server()
  const adapter = createLocalAdapter()
  await adapter.init()
  let free: () => void = () => undefined
  void navigator.locks.request('freehold-auth', () => new Promise<void>(resolve => (free = resolve)))
  const renewed = adapter.renew()
  const later = Date.now() + 600_000
  const otherTab = new BroadcastChannel('freehold-auth')
  otherTab.postMessage({ kind: 'token', token: { value: 'theirs', renewAt: later, endsAt: later } })
  await vi.waitFor(async () => expect(await adapter.token()).toBe('theirs'))
  free()
  expect([await renewed, refreshes()]).toEqual([true, 1])
})

describe('somebody whom the server has not confirmed', () => {
  it.each([
    [13, 'Mira', 1],
    [15, undefined, 0],
  ])('for %i days is %s, with %i stores on the device', async (days, name, stores) => {
    server().world.down = true
    ;(await openStore('t1', 'u1')).close()
    await writeShared('identity', confirmed(days))
    const adapter = createLocalAdapter(await remembered(Date.now()))
    await adapter.init()
    expect([adapter.state().status, adapter.state().user?.name, (await storeNames()).length]).toEqual([
      'offline',
      name,
      stores,
    ])
    expect((await readShared('identity')) !== undefined).toBe(stores === 1)
  })
})

it('somebody is forgotten when the last of fourteen days is over', async () => {
  const last = confirmed()
  await writeShared('identity', last)
  expect(await remembered(last.confirmedAt + UNCONFIRMED_MS - 1)).toEqual(last)
  expect(await remembered(last.confirmedAt + UNCONFIRMED_MS)).toBeUndefined()
})

describe('signing out', () => {
  it('removes everything and tells the other tabs', async () => {
    server()
    const [one, two] = [createLocalAdapter(), createLocalAdapter()]
    await one.init()
    await two.init()
    ;(await openStore('t1', 'u1')).close()
    await one.signOut()
    expect([one.state().status, await storeNames(), await readShared('identity')]).toEqual(['signedOut', [], undefined])
    await vi.waitFor(() => expect(two.state().status).toBe('signedOut'))
  })

  it('works without a connection', async () => {
    const { world } = server()
    const adapter = createLocalAdapter()
    await adapter.init()
    world.down = true
    await adapter.signOut()
    expect(adapter.state().status).toBe('signedOut')
  })
})

it('switching the tenant renews the token and asks who one is there', async () => {
  const { log } = server()
  const adapter = createLocalAdapter()
  await adapter.init()
  await adapter.switchTenant('t2')
  expect(log.slice(-3)).toEqual(['/api/v1/me/tenant', '/auth/refresh', '/api/v1/me'])
})

it('a switch that is refused throws, and a listener that left is not told', async () => {
  server()
  const adapter = createLocalAdapter()
  await adapter.init()
  const told = vi.fn()
  adapter.subscribe(told)()
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ code: 'forbidden' }, { status: 403 })))
  await expect(adapter.switchTenant('t2')).rejects.toMatchObject({ trouble: { status: 403 } })
  expect(told).not.toHaveBeenCalled()
})

it('knows whether the first owner is missing, and says no when it cannot ask', async () => {
  const { world } = server()
  expect(await setupNeeded()).toBe(true)
  world.down = true
  expect(await setupNeeded()).toBe(false)
})

describe('what is shown', () => {
  it('follows the server’s list where it is known, else the role', () => {
    expect(can({ role: 'owner', permissions: [] }, 'chat')).toBe(false)
    expect(can({ role: 'viewer', permissions: ['chat'] }, 'chat')).toBe(true)
    expect(can({ role: 'member' }, 'chat')).toBe(true)
    expect(can({ role: 'viewer' }, 'chat')).toBe(false)
    expect(can({}, 'profile')).toBe(false)
  })

  it('names the least role that may', () =>
    expect([leastRole('models.write'), leastRole('tenant.own')]).toEqual(['engineer', 'owner']))
})
