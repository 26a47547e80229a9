import { describe, expect, it } from 'vitest'
import { byState, canAnswer, chatModels, modelFor, readyInstead } from '@/features/chat/api/models'
import { model } from '../made'

const ready = model('z-ready')
const rented = model('a-rented', { engine: 'External', reason: 'ProviderReachable' })
const asleep = model('asleep', { phase: 'Idle', reason: 'ScaledToZero' })
const failed = model('failed', { phase: 'Failed', reason: 'Failing' })
const rows = [failed, asleep, rented, ready]

describe('the Models of a chat', () => {
  it('are those that write text', () => {
    const embedding = model('e', { features: ['TextEmbedding'] })
    const silent = model('s', { features: [] })
    expect(chatModels([ready, embedding, silent])).toEqual([ready, silent])
  })

  it('come by state, own nodes before rented ones', () => {
    expect(byState(rows).map(row => row.name)).toEqual(['z-ready', 'a-rented', 'asleep', 'failed'])
    expect(byState([model('b'), model('a')]).map(row => row.name)).toEqual(['a', 'b'])
  })

  it('are picked by wish, else by what answers soonest', () => {
    expect(modelFor(rows, [undefined, 'asleep', 'z-ready'])).toBe('asleep')
    expect(modelFor(rows, ['gone', null])).toBe('z-ready')
    expect(modelFor([], [undefined, 'last'])).toBe('last')
    expect(modelFor([], [])).toBeUndefined()
  })

  it('offer another one that answers now', () => {
    expect(readyInstead(rows, 'asleep')).toBe('z-ready')
    expect(readyInstead(rows, 'z-ready')).toBe('a-rented')
    expect(readyInstead([asleep, failed], 'x')).toBeUndefined()
  })

  it('offer one on own nodes that answers with a problem before one of somebody else', () => {
    const degraded = model('own', { phase: 'Degraded' })
    expect(byState([degraded, rented])[0]?.name).toBe('a-rented')
    expect(readyInstead([degraded, rented], 'asleep')).toBe('own')
  })

  it('say of themselves whether they can answer', () => {
    expect(canAnswer(asleep)).toBe(true)
    expect(canAnswer(failed)).toBe(false)
  })
})
