import { describe, expect, it } from 'vitest'
import { withNews } from '@/lib/api/model-news'
import { model } from '../../features/chat/made'

const asleep = model('asleep', { phase: 'Idle', reason: 'ScaledToZero' })
const rows = [model('failed', { phase: 'Failed' }), asleep, model('rented', { engine: 'External' }), model('ready')]

describe('a live event', () => {
  it('changes the row it names', () => {
    const after = withNews(rows, { name: 'asleep', row: { phase: 'Ready' } })
    expect(after?.find(row => row.name === 'asleep')).toMatchObject({ phase: 'Ready', lifeline: asleep.lifeline })
  })

  it('takes a deleted Model out', () => {
    expect(withNews(rows, { name: 'asleep', row: null })).toHaveLength(3)
  })

  it('leaves what it cannot apply to a new request', () => {
    expect(withNews(undefined, { name: 'asleep', row: null })).toBeUndefined()
    expect(withNews(rows, null)).toBeUndefined()
    expect(withNews(rows, { name: 'new', row: { phase: 'Ready' } })).toBeUndefined()
    expect(withNews(rows, { name: 'asleep' })).toBeUndefined()
  })
})
