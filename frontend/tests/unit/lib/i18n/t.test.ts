import { afterEach, describe, expect, it } from 'vitest'
import { currentLocale, setLocale, t } from '@/lib/i18n/t'
import { bytes, count, dollars, percent, seconds } from '@/lib/i18n/figures'

afterEach(() => setLocale('en-GB'))

describe('a sentence', () => {
  it('comes back as it is when nothing is to be filled in', () => {
    expect(t('Sign in')).toBe('Sign in')
  })

  it('takes values, and figures in the language’s way', () => {
    expect(t('{who} has {n} keys', { who: 'Mira', n: 18240 })).toBe('Mira has 18,240 keys')
  })

  it('keeps a placeholder without a value visible', () => {
    expect(t('Hello {name}')).toBe('Hello {name}')
  })

  it.each([
    [0, 'nothing waits'],
    [1, '1 message waits'],
    [2, '2 messages wait'],
    [1500, '1,500 messages wait'],
  ])('chooses the plural of %i', (n, text) => {
    expect(t('{n, plural, =0 {nothing waits} one {# message waits} other {# messages wait}}', { n })).toBe(text)
  })

  it('says nothing where no branch fits, rather than failing', () => {
    expect(t('{n, plural, one {# key}} left', { n: 4 })).toBe(' left')
  })

  it('is said in the language that was set, and in English where that one lacks it', () => {
    setLocale('de', {
      'Sign in': 'Anmelden',
      '{n, plural, one {# key} other {# keys}}': '{n, plural, one {# Schlüssel} other {# Schlüssel}}',
    })
    expect([t('Sign in'), t('Sign out'), t('{n, plural, one {# key} other {# keys}}', { n: 1200 })]).toEqual([
      'Anmelden',
      'Sign out',
      '1.200 Schlüssel',
    ])
    expect(currentLocale()).toBe('de')
  })
})

describe('figures', () => {
  it.each([
    [0, '0 s'],
    [0.94, '0.9 s'],
    [25.2, '25 s'],
    [240, '4 min'],
    [7200, '2 h'],
  ])('says %d seconds', (value, text) => expect(seconds(value)).toBe(text))

  it.each([
    [999, '999 B'],
    [26e9, '26 GB'],
    [1_234_567, '1.23 MB'],
    [5e16, '50,000 TB'],
  ])('says %d bytes', (value, text) => expect(bytes(value)).toBe(text))

  it('says a small cost with digits enough to be seen', () => {
    expect([dollars(2_080_000), dollars(1200), dollars(0)]).toEqual(['$2.08', '$0.0012', '$0.00'])
  })

  it('shortens from a million on', () => {
    expect([count(18_240), count(1_210_000)]).toEqual(['18,240', '1.21M'])
  })

  it('says shares in per cent', () => expect(percent(0.714)).toBe('71 %'))
})
