import { describe, expect, it } from 'vitest'
import type { UsagePoint } from '@/features/usage/api/shapes'
import { expected, groupName, isRented, stack } from '@/features/usage/store/stack'

const DAYS = ['2026-11-01', '2026-11-02']

const point = (group: string | null, tokens: number, more: Partial<UsagePoint> = {}): UsagePoint => ({
  bucket: '2026-11-01',
  group,
  kind: 'one',
  label: group,
  detail: null,
  requests: 1,
  errors: 0,
  tokens,
  cost_usd_micros: 0,
  own_tokens: tokens,
  ...more,
})

describe('the bars', () => {
  it('have the rest below, own Models by size above it, rented ones on top', () => {
    const rented = { own_tokens: 0, cost_usd_micros: 5 }
    const { series, bars } = stack(
      [
        point('small', 1),
        point('gpt', 50, rented),
        point(null, 3, { kind: 'rest', label: null }),
        point('big', 9),
        point('big', 7, { bucket: '2026-11-02' }),
      ],
      DAYS,
      'model',
      'tokens',
    )
    expect(series.map(one => one.name)).toEqual(['Others', 'big', 'small', 'gpt, rented'])
    expect(bars.map(bar => bar.values)).toEqual([
      [3, 9, 1, 50],
      [0, 7, 0, 0],
    ])
    expect(new Set(series.map(one => one.colour)).size).toBe(4)
  })

  it('leave out groups that have nothing of what is measured', () => {
    const { series } = stack(
      [point('own', 9), point('gpt', 1, { cost_usd_micros: 5 })],
      DAYS,
      'model',
      'cost_usd_micros',
    )
    expect(series.map(one => one.name)).toEqual(['gpt'])
  })

  it('stand for days without usage, too', () => {
    expect(stack([], DAYS, 'model', 'tokens').bars.map(bar => bar.values)).toEqual([[], []])
  })

  it('tell two keys of one name apart', () => {
    const twice = [
      point('k1', 5, { label: 'ci', detail: 'fhk_a…1' }),
      point('k2', 4, { label: 'ci', detail: 'fhk_b…2' }),
      point('k3', 3, { label: 'ci' }),
    ]
    expect(stack(twice, DAYS, 'key', 'tokens').series.map(one => one.name)).toEqual(['ci', 'ci fhk_b…2', 'ci 3'])
  })

  it('never run out of colours', () => {
    const many = Array.from({ length: 9 }, (_, at) => point(`m${at}`, 9 - at))
    expect(stack(many, DAYS, 'model', 'tokens').series.every(one => one.colour.startsWith('light-dark'))).toBe(true)
  })

  it('show what is expected of the days to come, in equal parts', () => {
    expect(expected(['2026-11-29', '2026-11-30'], 10).map(bar => [bar.values, bar.projected])).toEqual([
      [[5], true],
      [[5], true],
    ])
    expect(expected([], 10)).toEqual([])
    expect(expected(['2026-11-30'], 0)).toEqual([])
  })
})

describe('a part’s name', () => {
  it.each([
    ['all', undefined, null, null, 'All'],
    ['rest', 'key', null, null, 'Others'],
    ['none', 'key', null, null, 'Chat in the app'],
    ['none', 'user', null, null, 'Service keys'],
    ['one', 'key', 'k1', null, 'Removed'],
    ['one', 'model', 'qwen3', null, 'qwen3'],
    ['one', 'model', null, null, ''],
    ['one', 'user', 'u1', 'Mira', 'Mira'],
  ] as const)('%s by %s is said as "%5$s"', (kind, by, group, label, words) => {
    expect(groupName({ kind, group, label }, by)).toBe(words)
  })

  it('says "rented" of Models only, and only where no token was answered here', () => {
    expect(isRented({ tokens: 5, own_tokens: 0 }, 'model')).toBe(true)
    expect(isRented({ tokens: 5, own_tokens: 1 }, 'model')).toBe(false)
    expect(isRented({ tokens: 0, own_tokens: 0 }, 'model')).toBe(false)
    expect(isRented({ tokens: 5, own_tokens: 0 }, 'key')).toBe(false)
  })
})
