import { describe, expect, it } from 'vitest'
import { checkKey, EMPTY, endOf, placed, toKeyIn, type KeyDraft } from '@/features/keys/store/form'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const draft = (part: Partial<KeyDraft> = {}): KeyDraft => ({ ...EMPTY, name: 'berth-planner', ...part })

describe('the form of a key', () => {
  it('is in order with a name alone: 90 days, all Models, calling and seeing them', () => {
    expect(checkKey(draft(), NOW)).toEqual({})
    expect(toKeyIn(draft({ name: ' berth-planner ' }), NOW)).toEqual({
      name: 'berth-planner',
      scopes: ['inference', 'read'],
      models: null,
      expires_at: '2027-02-21T12:00:00.000Z',
    })
  })

  it('names each field that is wrong, and what to do', () => {
    const found = checkKey(draft({ name: '  ', expiry: 'date', which: 'some', scopes: [] }), NOW)
    expect(Object.keys(found).sort()).toEqual(['expiry', 'models', 'name', 'scopes'])
  })

  it('says how long a name is that is too long', () => {
    expect(checkKey(draft({ name: 'x'.repeat(201) }), NOW).name).toContain('201')
  })

  it('refuses a day that is over, and takes today to its end', () => {
    expect(checkKey(draft({ expiry: 'date', date: '2026-11-22' }), NOW).expiry).toMatch(/over/)
    expect(checkKey(draft({ expiry: 'date', date: '2026-11-23' }), NOW)).toEqual({})
  })

  it('knows keys that never end', () => {
    expect(endOf({ expiry: 'never', date: '' }, NOW)).toBeNull()
    expect(toKeyIn(draft({ expiry: 'never' }), NOW).expires_at).toBeNull()
    expect(checkKey(draft({ expiry: 'never' }), NOW)).toEqual({})
  })

  it('sends the ticked Models, not those ticked before all were chosen', () => {
    expect(toKeyIn(draft({ which: 'some', models: ['a'] }), NOW).models).toEqual(['a'])
    expect(toKeyIn(draft({ which: 'all', models: ['a'] }), NOW).models).toBeNull()
  })

  it('sends that it is the tenant’s only where it is', () => {
    expect(toKeyIn(draft({ service: true }), NOW).service).toBe(true)
    expect('service' in toKeyIn(draft(), NOW)).toBe(false)
  })

  it('puts what the server says at its fields, the first of each, and keeps the rest', () => {
    const { errors, rest } = placed([
      { field: 'expires_at', message: 'It must lie in the future.' },
      { field: 'scopes.0', message: 'Your role cannot.' },
      { field: 'scopes.1', message: 'Nor this.' },
      { field: 'cidrs', message: 'Unknown.' },
      { field: '', message: 'Something.' },
    ])
    expect(errors).toEqual({ expiry: 'It must lie in the future.', scopes: 'Your role cannot.' })
    expect(rest.map(field => field.field)).toEqual(['cidrs', ''])
  })
})
