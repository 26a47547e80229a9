import { afterEach, describe, expect, it, vi } from 'vitest'
import { ago, clock, day, moment, sameDay } from '@/lib/time/words'

const now = new Date(2026, 10, 23, 14, 6, 12)
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

afterEach(() => vi.unstubAllEnvs())

describe('a time', () => {
  it.each([
    [0, 'now'],
    [0.5, 'now'],
    [5, '5 min ago'],
    [180, '3 h ago'],
    [-10, 'in 10 min'],
    [-120, 'in 2 h'],
  ])('%d minutes ago is said relatively', (minutes, text) => expect(ago(before(minutes), now)).toBe(text))

  it('beyond 12 hours it is clock and date', () => {
    expect(ago(before(13 * 60), now)).toBe('01:06')
    expect(moment(before(24 * 60), now)).toBe('yesterday, 14:06')
    expect(moment(before(3 * 24 * 60), now)).toBe('Fri 14:06')
    expect(moment(before(20 * 24 * 60), now)).toBe('3 Nov')
    expect(day(new Date(2025, 0, 5), now)).toBe('5 Jan 2025')
  })

  it('is read on the reader’s own clock', () => expect(clock(now)).toBe('14:06'))

  it.each(['Pacific/Auckland', 'America/Los_Angeles', 'UTC'])('belongs to the day of a reader in %s', zone => {
    vi.stubEnv('TZ', zone)
    expect(sameDay(new Date(2026, 10, 23, 0, 5), new Date(2026, 10, 23, 23, 55))).toBe(true)
    expect(sameDay(new Date(2026, 10, 22, 23, 55), new Date(2026, 10, 23, 0, 5))).toBe(false)
  })

  it('belongs to a day, not to 24 hours', () => {
    expect(sameDay(new Date(2026, 10, 23, 0, 1), new Date(2026, 10, 23, 23, 59))).toBe(true)
    expect(sameDay(new Date(2026, 10, 23, 23, 59), new Date(2026, 10, 24, 0, 1))).toBe(false)
  })
})
