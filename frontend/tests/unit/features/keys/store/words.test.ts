import { describe, expect, it } from 'vitest'
import type { KeyRow } from '@/features/keys/api/rows'
import { endTone, endWords, inUse, leadOf, modelsWords, scopeWords, usedWords } from '@/features/keys/store/words'

const NOW = new Date('2026-11-23T12:00:00Z')
const days = (n: number) => new Date(NOW.getTime() + n * 86_400_000)

describe('a key in words', () => {
  it.each([
    [null, 'never', 'Never ends'],
    [days(-2), 'over', 'Ended 21 Nov'],
    [days(1), 'soon', 'Ends in 1 day'],
    [days(5), 'soon', 'Ends in 5 days'],
    [days(60), 'later', 'Ends 22 Jan 2027'],
  ] as const)('says when it ends: %s', (end, tone, words) => {
    expect(endTone(end, NOW)).toBe(tone)
    expect(endWords(end, NOW)).toBe(words)
  })

  it('is over in the moment of its end', () => {
    expect(endTone(NOW, NOW)).toBe('over')
    expect(endWords(NOW, NOW)).toBe('Ended 23 Nov')
  })

  it.each([
    [null, 'All Models'],
    [['a'], 'a'],
    [['a', 'b'], 'a, b'],
    [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
    [[], ''],
  ])('says which Models it may call: %s', (models, words) => {
    expect(modelsWords(models)).toBe(words)
  })

  it('says what it may do, and an unknown scope as it is', () => {
    expect(scopeWords(['inference', 'datasets:read'])).toBe('Call Models, datasets:read')
  })

  it('is in use when something called with it within a day', () => {
    expect(inUse({ usedAt: days(-0.5) }, NOW)).toBe(true)
    expect(inUse({ usedAt: days(-2) }, NOW)).toBe(false)
    expect(inUse({ usedAt: null }, NOW)).toBe(false)
    expect(usedWords(null, NOW)).toBe('Never used')
    expect(usedWords(days(-0.1), NOW)).toBe('Used 2 h ago')
  })

  it('is counted by those that still work, with those that end soon', () => {
    const row = (endsAt: Date | null) => ({ endsAt }) as KeyRow
    expect(leadOf([], NOW)).toBe('No valid key')
    expect(leadOf([row(null), row(days(-1))], NOW)).toBe('1 valid key')
    expect(leadOf([row(null), row(days(3)), row(days(4))], NOW)).toBe('3 valid keys, 2 end within 14 days')
  })
})
