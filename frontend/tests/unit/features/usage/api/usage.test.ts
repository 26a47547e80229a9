import { describe, expect, it } from 'vitest'
import { readSeries, readSummary, readTop } from '@/features/usage/api/queries'
import { answering, json } from '../../answers'

const RANGE = { from: '2026-11-01', to: '2026-11-23', scope: 'tenant' } as const
const asText = (search: URLSearchParams | undefined) => decodeURIComponent(String(search))

describe('usage of the API', () => {
  it('is asked for by days and by whose', async () => {
    const asked = answering(json({ requests: 4 }))
    expect(await readSummary(RANGE)).toEqual({ requests: 4 })
    expect(asText(asked[0]?.search)).toBe('from=2026-11-01&to=2026-11-23&scope=tenant')
  })

  it('is drawn a day and a group at a time, with a colour for four groups', async () => {
    const asked = answering(json({ points: [] }), json({ points: [] }))
    await readSeries(RANGE, 'key', 'tokens')
    await readSeries(RANGE, undefined, 'requests')
    expect(asText(asked[0]?.search)).toContain('by=day,key&groups=4&metric=tokens')
    expect(asText(asked[1]?.search)).toContain('by=day&metric=requests')
  })

  it('is ranked by what is measured', async () => {
    const asked = answering(json({ items: [{ group: 'a' }] }))
    expect(await readTop(RANGE, 'user', 'cost_usd_micros')).toEqual([{ group: 'a' }])
    expect(asText(asked[0]?.search)).toContain('by=user&metric=cost_usd_micros&limit=50')
  })
})
