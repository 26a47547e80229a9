import { describe, expect, it } from 'vitest'
import { dayWords, daysOf, eachDay, rangeId, rangeWords, restOfMonth, spanWords } from '@/features/usage/store/range'

const NOW = new Date('2026-03-05T23:30:00Z')

describe('the days of a report', () => {
  it.each([
    ['month', '2026-03-01', '2026-03-05'],
    ['last-month', '2026-02-01', '2026-02-28'],
    ['7', '2026-02-27', '2026-03-05'],
    ['30', '2026-02-04', '2026-03-05'],
  ] as const)('%s is from %s to %s', (id, from, to) => {
    expect(daysOf(id, NOW)).toEqual({ from, to })
  })

  it('cross the year', () => {
    expect(daysOf('last-month', new Date('2026-01-10T00:00:00Z'))).toEqual({ from: '2025-12-01', to: '2025-12-31' })
  })

  it('count both ends', () => {
    expect(eachDay({ from: '2026-02-27', to: '2026-03-02' })).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ])
    expect(eachDay(daysOf('365', NOW))).toHaveLength(365)
  })

  it('know what is left of the month, and nothing on its last day', () => {
    expect(restOfMonth('2026-03-29')).toEqual(['2026-03-30', '2026-03-31'])
    expect(restOfMonth('2026-03-31')).toEqual([])
    expect(restOfMonth('2026-12-31')).toEqual([])
  })

  it('are this month where the address says nonsense', () => {
    expect(rangeId('7')).toBe('7')
    expect(rangeId('8')).toBe('month')
    expect(rangeId(null)).toBe('month')
  })

  it('have names', () => {
    expect(['month', 'last-month', '7', '365'].map(id => rangeWords(rangeId(id), NOW))).toEqual([
      'March',
      'February',
      'Last 7 days',
      'Last 12 months',
    ])
    expect(dayWords('2026-03-05')).toBe('5 Mar')
    expect(spanWords({ from: '2026-03-01', to: '2026-03-05' })).toMatch(/^1\s?–\s?5 March$/)
  })
})
