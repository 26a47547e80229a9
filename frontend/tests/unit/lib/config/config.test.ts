import { describe, expect, it, vi } from 'vitest'
import { config, DEFAULTS, loadConfig, parseConfig } from '@/lib/config/config'
import { readShared, writeShared } from '@/lib/offline/shared'

const answer = (body: unknown, status = 200) =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })))

describe('the configuration', () => {
  it.each([undefined, null, 7, 'text', [], {}, { auth: 3, features: [], sentry: 'x', apiBase: 1, version: 2 }])(
    'of %j is the defaults',
    raw => {
      expect(parseConfig(raw)).toEqual(DEFAULTS)
    },
  )

  it('takes what it knows and drops the rest', () => {
    const raw = {
      apiBase: 'https://api.example.org/',
      auth: { provider: 'oidc', x: 1 },
      features: { offlineStore: false },
      sentry: { dsn: 'd' },
      version: '1',
      more: 1,
    }
    expect(parseConfig(raw)).toEqual({
      apiBase: 'https://api.example.org',
      auth: { provider: 'oidc' },
      features: { offlineStore: false },
      sentry: { dsn: 'd' },
      version: '1',
    })
    expect(parseConfig({ auth: { provider: 'clerk' } }).auth.provider).toBe('clerk')
    expect(parseConfig({ auth: { provider: 'magic' } }).auth.provider).toBe('local')
  })

  it('comes from the network, and is kept', async () => {
    answer({ version: '2' })
    expect((await loadConfig()).version).toBe('2')
    expect(config().version).toBe('2')
    expect(await readShared('config')).toEqual({ version: '2' })
  })

  it.each(['no network', 'an error'])('is the copy of the last start with %s', async how => {
    if (how === 'an error') answer({}, 503)
    await writeShared('config', { version: 'last' })
    expect((await loadConfig()).version).toBe('last')
  })
})

describe('what belongs to the device', () => {
  it('is forgotten by writing nothing', async () => {
    await writeShared('identity', { a: 1 })
    await writeShared('identity', undefined)
    expect(await readShared('identity')).toBeUndefined()
  })
})
