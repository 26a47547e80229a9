import { describe, expect, it } from 'vitest'
import type { Summary } from '@/features/usage/api/shapes'
import * as view from '@/features/usage/store/view'

const month = {
  tokens: 100,
  cost_usd_micros: 2_000_000,
  at_this_pace_tokens: 150,
  at_this_pace_cost_usd_micros: 3_000_000,
}
const summary: Summary = {
  requests: 4,
  errors: 0,
  tokens: 100,
  cost_usd_micros: 2_000_000,
  own_tokens: 71,
  own_share: 0.71,
  month,
}
const search = (text: string) => new URLSearchParams(text)

describe('what is to be seen', () => {
  it('is the tenant’s for admins, one’s own for everybody else', () => {
    expect(view.viewOf(search(''), { tenant: true, admin: true }).scope).toBe('tenant')
    expect(view.viewOf(search(''), { tenant: true, admin: false }).scope).toBe('mine')
    expect(view.viewOf(search(''), { tenant: false, admin: false })).toEqual({
      range: 'month',
      scope: 'mine',
      tab: 'model',
      metric: undefined,
    })
  })

  it('stands in the address, and nonsense there is passed over', () => {
    const rights = { tenant: true, admin: true }
    expect(view.viewOf(search('range=7&scope=mine&by=key&metric=tokens'), rights)).toEqual({
      range: '7',
      scope: 'mine',
      tab: 'key',
      metric: 'tokens',
    })
    expect(view.viewOf(search('scope=x&by=x&metric=x'), rights)).toMatchObject({ scope: 'tenant', tab: 'model' })
    expect(view.withChoice(search('range=7&by=key'), 'by', 'day')).toBe('?range=7&by=day')
  })

  it('is grouped by all but the day', () => {
    expect(view.TABS.map(view.groupingOf)).toEqual(['model', 'key', 'user', undefined])
  })

  it('is measured in money where there is some, else in tokens', () => {
    expect(view.suggested(summary)).toBe('cost_usd_micros')
    expect(view.suggested({ cost_usd_micros: 0 })).toBe('tokens')
    expect(view.suggested(undefined)).toBeUndefined()
  })
})

describe('figures in words', () => {
  it('are short from a hundred thousand on', () => {
    expect([view.short(99_999), view.short(184_230_000)]).toEqual(['99,999', '184.2M'])
    expect(view.figure('cost_usd_micros', 412_600_000)).toBe('$412.60')
    expect(view.figure('requests', 12)).toBe('12')
  })

  it('have no idle digits on the axis', () => {
    expect([view.axis('cost_usd_micros', 30e6), view.axis('cost_usd_micros', 500), view.axis('tokens', 4e6)]).toEqual([
      '$30',
      '$0.0005',
      '4M',
    ])
  })

  it('say what the month will cost, what own Models cost, and what a past range cost', () => {
    expect(view.costWords(summary)).toBe('$3.00 for the month at this pace')
    expect(view.costWords({ ...summary, cost_usd_micros: 0 })).toBe('Own Models have no price')
    expect(view.costWords({ ...summary, month: { ...month, at_this_pace_cost_usd_micros: null } })).toBe(
      'In these days',
    )
    expect(view.costWords({ ...summary, cost_usd_micros: 0, requests: 0 })).toMatch(/pace/)
  })

  it('say where tokens were answered and what failed', () => {
    expect(view.ownWords(summary)).toBe('71 % answered on your own nodes')
    expect(view.ownWords({ ...summary, own_share: null })).toBe('None in these days')
    expect([0, 1, 7].map(errors => view.errorWords({ ...summary, errors }))).toEqual([
      'None failed',
      '1 failed',
      '7 failed',
    ])
    expect(view.METRICS.map(view.metricWords)).toEqual(['Cost', 'Tokens', 'Requests'])
  })

  it('expect of the month what it lacks, never less than nothing', () => {
    expect(view.toCome(month, 'tokens')).toBe(50)
    expect(view.toCome(month, 'cost_usd_micros')).toBe(1_000_000)
    expect(view.toCome(month, 'requests')).toBe(0)
    expect(view.toCome({ ...month, at_this_pace_tokens: null }, 'tokens')).toBe(0)
    expect(view.toCome({ ...month, at_this_pace_tokens: 90 }, 'tokens')).toBe(0)
  })
})
