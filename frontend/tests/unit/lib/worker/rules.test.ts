import { describe, expect, it } from 'vitest'
import { dataPath, ruleFor } from '@/lib/worker/rules'

const ORIGIN = 'https://app.example.org'
const rule = (path: string, method = 'GET', mode = 'cors') =>
  ruleFor({ method, url: new URL(path, ORIGIN).href, mode }, ORIGIN)

describe('the service worker', () => {
  it.each([
    '/api/v1/models',
    '/v1/chat/completions',
    '/auth/refresh',
    '/.well-known/jwks.json',
    '/api',
    'https://other.example/x',
  ])('never touches %s', path => {
    for (const [method, mode] of [
      ['GET', 'navigate'],
      ['GET', 'cors'],
      ['HEAD', 'cors'],
      ['POST', 'cors'],
    ] as const)
      expect(rule(path, method, mode)).toEqual({ kind: 'pass' })
  })

  it.each([
    ['/', '/index.html'],
    ['/?from=app', '/index.html'],
    ['/chat', '/chat.html'],
    ['/chat/0193', '/chat/_.html'],
    ['/models/qwen3-8b?tab=logs', '/models/_.html'],
  ])('opens %s from %s', (path, file) =>
    expect(rule(path, 'GET', 'navigate')).toEqual({ kind: 'precached', path: file }),
  )

  it('asks the network for a page that it does not know', () =>
    expect(rule('/nothing', 'GET', 'navigate')).toEqual({ kind: 'unknown-page' }))

  it.each([
    ['/chat.txt', '/chat.txt'],
    ['/models/x.txt', '/models/_.txt'],
    ['/models/x/__next._tree.txt', '/models/_/__next._tree.txt'],
    ['/models/__next._tree.txt', '/models/__next._tree.txt'],
    ['/models/_/__next._full.txt', '/models/_/__next._full.txt'],
    ['/robots.txt', '/robots.txt'],
  ])('reads the data %s from %s', (path, file) => {
    expect(dataPath(path)).toBe(file)
    expect(rule(`${path}?_rsc=1a`)).toEqual({ kind: 'precached', path: file })
  })

  it('answers the router’s HEAD for pages, and no other', () => {
    expect(rule('/models/x', 'HEAD')).toEqual({ kind: 'exists' })
    expect(rule('/nothing', 'HEAD')).toEqual({ kind: 'pass' })
  })

  it('takes the configuration from the network first, and lets the check for a connection through', () => {
    expect(rule('/config.json')).toEqual({ kind: 'config' })
    expect(rule('/config.json', 'HEAD')).toEqual({ kind: 'pass' })
  })

  it('takes scripts from the precache and no other method', () => {
    expect(rule('/_next/static/a.js')).toEqual({ kind: 'precached', path: '/_next/static/a.js' })
    expect(rule('/chat', 'POST')).toEqual({ kind: 'pass' })
  })
})
