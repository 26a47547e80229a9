import { describe, expect, it } from 'vitest'
import { createKey, revokeKey } from '@/features/keys/api/mutations'
import { readKeys, readModelNames } from '@/features/keys/api/queries'
import { keyRow, secretOf } from '@/features/keys/api/rows'
import { answering, json, nothing, page } from '../../answers'

const KEY = {
  id: 'k1',
  name: 'berth-planner',
  prefix: 'fhk_4kD2m9QxYz',
  last4: '9K2c',
  service: false,
  scopes: ['inference'],
  models: null,
  routes: null,
  created_by: 'u1',
  creator: 'Mira Kovač',
  created_at: '2026-11-01T08:00:00Z',
  expires_at: '2027-01-01T08:00:00Z',
  last_used_at: null,
}

describe('keys of the API', () => {
  it('are shown by their beginning and end', () => {
    expect(keyRow(KEY)).toMatchObject({
      shape: 'fhk_4kD2m9QxYz…9K2c',
      creator: 'Mira Kovač',
      endsAt: new Date('2027-01-01T08:00:00Z'),
      usedAt: null,
    })
  })

  it('are read page by page, only one’s own where that is asked', async () => {
    const asked = answering(page([KEY], 'next'), page([{ ...KEY, id: 'k2' }]))
    expect((await readKeys(true)).map(key => key.id)).toEqual(['k1', 'k2'])
    expect(asked.map(call => [call.search.get('mine'), call.search.get('cursor')])).toEqual([
      ['true', null],
      ['true', 'next'],
    ])
  })

  it('are everybody’s without the word "mine"', async () => {
    const asked = answering(page([]))
    await readKeys(false)
    expect(asked[0]?.search.has('mine')).toBe(false)
  })

  it('can be kept to Models by their names, in order', async () => {
    const asked = answering(page([{ name: 'qwen3-8b' }], 'next'), page([{ name: 'bge-m3' }]))
    expect(await readModelNames()).toEqual(['bge-m3', 'qwen3-8b'])
    expect(asked[1]?.search.get('cursor')).toBe('next')
  })

  it('are made once for each attempt, however often it is sent', async () => {
    const asked = answering(json({ key: 'fhk_secret', row: KEY }, 201))
    expect(await createKey({ attempt: 'a1', key: { name: 'x' } })).toBe('fhk_secret')
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/keys', body: { name: 'x' } })
    expect(asked[0]?.headers.get('idempotency-key')).toBe('a1')
  })

  it('are revoked by their id', async () => {
    const asked = answering(nothing())
    await revokeKey('k1')
    expect(asked[0]).toMatchObject({ method: 'DELETE', path: '/api/v1/keys/k1' })
  })

  it('are lost when the answer that showed them was lost', () => {
    expect(secretOf({ key: '(shown once)' })).toBeUndefined()
  })

  it('refuse with the server’s words', async () => {
    answering(json({ title: 'You have as many keys as one person may have.', code: 'quota_exceeded' }, 429))
    await expect(createKey({ attempt: 'a1', key: { name: 'x' } })).rejects.toThrow('as many keys')
  })
})
