import { describe, expect, it } from 'vitest'
import { codeOf, emailError, nameError, newPasswordError, nextPath, tenantError } from '@/features/auth/rules'

describe('what is typed to sign in', () => {
  it.each(['', '  '])('%j is asked for', email => expect(emailError(email)).toBe('Enter your e-mail address.'))
  it.each(['mira', 'mira@', '@harbour', 'mi ra@harbour'])('%s is told what it lacks', email =>
    expect(emailError(email)).toContain('an @ and a host'),
  )
  it.each(['mira@harbour', ' mira@harbour.example '])('%j will do', email => expect(emailError(email)).toBeUndefined())
})

describe('a new password', () => {
  it.each([
    ['eleven char', 'Use at least 12 characters; it has 11.'],
    ['x'.repeat(129), 'Use at most 128 characters.'],
    ['x'.repeat(12), undefined],
    ['x'.repeat(128), undefined],
  ])('%s: %s', (password, words) => expect(newPasswordError(password)).toBe(words))
})

it('a name of blanks is none', () => {
  expect([nameError('  '), nameError('Mira')]).toEqual(['Enter your name, as others should see it.', undefined])
})

it.each([
  ['default', true],
  ['a', true],
  ['a'.repeat(40), true],
  ['a'.repeat(41), false],
  ['9a', false],
  ['Harbour', false],
  ['harbour-', false],
  ['', false],
])('the tenant name %j is fine: %s', (name, fine) => expect(tenantError(name) === undefined).toBe(fine))

it.each([
  ['?next=%2Fmodels%3Fq%3Da', '/models?q=a'],
  ['', '/'],
  ['?next=https%3A%2F%2Felsewhere', '/'],
  ['?next=%2F%2Felsewhere', '/'],
  ['?next=%2F%5Celsewhere', '/'],
  ['?next=%2Fsign-in', '/'],
])('after signing in with %s one is at %s', (search, path) => expect(nextPath(search)).toBe(path))

it.each([
  ['#token=a%2Bb', 'a+b'],
  ['#code=x', 'x'],
  ['#x', 'x'],
  ['', ''],
  ['#token=cut%', 'cut%'],
])('the code behind %j is %j', (hash, code) => expect(codeOf(hash)).toBe(code))
