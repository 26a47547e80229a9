import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { PREFS_KEY, rootMarks, usePrefs } from '@/lib/prefs/prefs'
import { THEME_SCRIPT } from '@/lib/prefs/theme-script'
import { TRUSTED_TYPES_SCRIPT } from '@/lib/prefs/trusted-types'
import { contrast, parseTokens } from '../../../colour'

beforeEach(() => localStorage.clear())

const runTheme = (dark: boolean) => new Function('matchMedia', THEME_SCRIPT)(() => ({ matches: dark })) as void

describe('the theme', () => {
  it.each([
    [undefined, false, 'light', 'comfortable'],
    [undefined, true, 'dark', 'comfortable'],
    ['{"state":{"theme":"dark","density":"compact"}}', false, 'dark', 'compact'],
    ['{"state":{"theme":"light"}}', true, 'light', 'comfortable'],
    ['{"state":{"theme":"system"}}', true, 'dark', 'comfortable'],
    ['broken', false, 'light', 'comfortable'],
  ])('is set before the first paint: %s, system dark %s', (kept, dark, theme, density) => {
    if (kept) localStorage.setItem(PREFS_KEY, kept)
    runTheme(dark)
    expect({ ...document.documentElement.dataset }).toMatchObject({ theme, density })
  })

  it('and afterwards says the same', () => {
    expect(rootMarks({ theme: 'system', density: 'compact' }, true)).toEqual({ theme: 'dark', density: 'compact' })
    expect(rootMarks({ theme: 'light', density: 'comfortable' }, true)).toEqual({
      theme: 'light',
      density: 'comfortable',
    })
    expect(rootMarks({ theme: 'system', density: 'comfortable' }, false).theme).toBe('light')
  })

  it('takes less than 400 bytes of each page', () => expect(THEME_SCRIPT.length).toBeLessThan(400))

  it('is kept where the script looks', () => {
    usePrefs.getState().set({ theme: 'dark' })
    expect(JSON.parse(localStorage.getItem(PREFS_KEY) ?? '{}')).toMatchObject({ state: { theme: 'dark' } })
  })
})

describe('the default Trusted Types policy', () => {
  interface Policy {
    createScriptURL(url: string): string
    createHTML(html: string): string
  }
  let policy: Policy
  const run = new Function('self', 'trustedTypes', TRUSTED_TYPES_SCRIPT) as (self: object, types: object) => void
  run({ trustedTypes: {} }, { createPolicy: (_: string, rules: Policy) => (policy = rules) })

  it.each(['/_next/static/chunks/a.js', '/sw.js', 'http://localhost:3000/_next/static/x.js'])(
    'lets %s be a script',
    url => expect(policy.createScriptURL(url)).toBe(url),
  )

  it.each([
    '/other.js',
    'https://evil.example/_next/static/a.js',
    '//evil.example/sw.js',
    'data:text/javascript,1',
    'javascript:1',
    '/_next/static/../../evil.js',
  ])('refuses %s', url => expect(() => policy.createScriptURL(url)).toThrow())

  it('lets one HTML string through: React’s empty script element', () => {
    expect(policy.createHTML('<script></script>')).toBe('<script></script>')
    expect(() => policy.createHTML('<b>')).toThrow()
  })
})

describe('the colours', () => {
  const { light, dark } = parseTokens(readFileSync(join(import.meta.dirname, '../../../../src/app/tokens.css'), 'utf8'))
  const states = ['ready', 'waking', 'degraded', 'failed', 'asleep']
  const themes = Object.entries({ light, dark })

  it.each(themes)('of text hold 4.5 to 1 in %s', (_, token) => {
    for (const name of ['text', 'text-2', 'text-3', 'accent', ...states]) {
      for (const ground of ['bg', 'surface'])
        expect(contrast(token(name), token(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(token('on-accent'), token('accent'))).toBeGreaterThanOrEqual(4.5)
    for (const state of states)
      expect(contrast(token(state), token(`${state}-soft`)), state).toBeGreaterThanOrEqual(4.5)
  })

  it.each(themes)('of fills and control edges hold 3 to 1 in %s', (_, token) => {
    for (const name of ['line-strong', ...states.map(state => `${state}-fill`)])
      expect(contrast(token(name), token('bg')), name).toBeGreaterThanOrEqual(3)
  })
})
