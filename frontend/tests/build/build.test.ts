// @vitest-environment node
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { scriptsOf, stylesOf, tooHeavy } from '../../build/bytes.ts'
import { compress } from '../../build/compress.ts'
import { inlineHashes, policyFor, withPolicy } from '../../build/csp.ts'
import { addresses } from '../../build/files.ts'
import { messagesOf } from '../../build/gen-messages.ts'
import { nginxRules } from '../../build/gen-routes.ts'
import { mismatches, needless, polyfills } from '../../build/trim.ts'
import { entryFor, kept } from '../../build/worker.ts'
import { routes } from '../../src/routes.ts'
import { fileFor } from '../serve.ts'

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const PAGE =
  '<html><head><script>one()</script><script src="/a.js" async=""></script><script id="x">two()</script></head><body><script>one()</script><script src="/p.js" noModule=""></script><link rel="stylesheet" href="/s.css"/></body></html>'

describe('the policy of a page', () => {
  it('names each inline script by its hash, once', () => {
    expect(inlineHashes(PAGE)).toEqual([hash('one()'), hash('two()')])
    expect(policyFor(PAGE)).toContain(`script-src 'self' ${hash('one()')} ${hash('two()')};`)
  })

  it('allows nothing inline besides, and no eval', () => {
    const scripts = /script-src [^;]+/.exec(policyFor(PAGE))?.[0]
    expect(scripts).not.toMatch(/unsafe|\*|https:/)
  })

  it('stands before every script and style', () => {
    const page = withPolicy(PAGE, '/f.woff2')
    expect(page.indexOf('http-equiv')).toBeLessThan(page.indexOf('<script'))
    expect(page).toContain('<link rel="preload" href="/f.woff2" as="font" type="font/woff2" crossorigin=""/>')
    expect(withPolicy(PAGE, undefined)).not.toContain('preload')
  })

  it('is given once, and only to a page with a head', () => {
    expect(() => withPolicy(withPolicy(PAGE, undefined), undefined)).toThrow('already')
    expect(() => withPolicy('<html></html>', undefined)).toThrow('<head>')
  })
})

describe('the rules of nginx', () => {
  it('are those that are committed', () => {
    expect(readFileSync(join(import.meta.dirname, '../../nginx/routes.conf'), 'utf8')).toBe(nginxRules(routes))
  })

  it('answer a dynamic route by its shell, data and all', () => {
    const text = nginxRules([
      { path: '/a', dynamic: true, budget: 1 },
      { path: '/a', budget: 1 },
    ])
    expect(text).toContain('location ~ "^/a/[^/]+/?$" { try_files $uri.html $uri /a/_.html =404; }')
    expect(text).toContain('try_files $uri /a/_/$1 =404')
  })
})

describe('the export', () => {
  const all = [
    ...routes.map(route =>
      route.dynamic ? `${route.path}/_.html` : route.path === '/' ? '/index.html' : `${route.path}.html`,
    ),
    '/404.html',
  ]

  it('has a page for each route, and no other', () => {
    expect(mismatches(all)).toEqual([])
    expect(mismatches([...all.filter(page => page !== '/chat.html'), '/secret.html'])).toEqual([
      '/chat.html was not exported',
      '/secret.html has no entry in routes.ts',
    ])
  })

  it('drops maps and what nobody asks for', () => {
    expect(['/a.js.map', '/_not-found.html', '/chat.html'].map(needless)).toEqual([true, true, false])
  })

  it('knows what a page loads at once', () => {
    expect([scriptsOf(PAGE), stylesOf(PAGE), polyfills(PAGE)]).toEqual([['/a.js'], ['/s.css'], ['/p.js']])
  })

  it('says what is too heavy, and by how much', () => {
    const weight = { page: '/chat', scripts: 181, styles: 16, html: 3, budget: 180 }
    expect(tooHeavy(weight)).toEqual(['/chat: scripts 181.0 kB, at most 180', '/chat: styles 16.0 kB, at most 15'])
    expect(tooHeavy({ ...weight, scripts: 180, styles: 15 })).toEqual([])
  })
})

describe('the worker’s list', () => {
  it('has pages, data, scripts and fonts; no polyfill, no map, not itself', () => {
    const list = [
      '/chat.html',
      '/chat.txt',
      '/_next/static/chunks/a.js',
      '/_next/static/media/f.woff2',
      '/404.html',
      '/sw.js',
      '/x.map',
      '/icons/icon-192.png',
      '/p.js',
    ]
    expect(list.filter(address => kept(address, ['/p.js']))).toEqual(list.slice(0, 4))
  })

  it('names a file by its content unless its name does', () => {
    expect(entryFor('/_next/static/a.js', Buffer.from('x')).revision).toBeNull()
    expect(entryFor('/a.html', Buffer.from('x'))).not.toEqual(entryFor('/a.html', Buffer.from('y')))
    expect(entryFor('/__next.!a$b.txt', Buffer.from('x')).url).toBe('/__next.!a$b.txt')
  })
})

describe('files', () => {
  const out = mkdtempSync(join(tmpdir(), 'out-'))
  mkdirSync(join(out, 'models/_'), { recursive: true })
  for (const [name, text] of Object.entries({
    'index.html': 'x'.repeat(400),
    'a.png': 'p'.repeat(400),
    'small.txt': 'x',
    'models.html': 'm',
    'models/_.html': 'd',
    'models/_/__next.$d$name.txt': 'n',
  }))
    writeFileSync(join(out, name), text)

  it('have compressed copies that open again, names with signs included', () => {
    expect(compress(out, addresses(out))).toBe(1)
    expect(brotliDecompressSync(readFileSync(join(out, 'index.html.br'))).toString()).toBe('x'.repeat(400))
    expect(gunzipSync(readFileSync(join(out, 'index.html.gz'))).toString()).toBe('x'.repeat(400))
  })

  it.each([
    ['/', 'index.html'],
    ['/models', 'models.html'],
    ['/models/x', 'models/_.html'],
    ['/models/x/__next.%24d%24name.txt', 'models/_/__next.$d$name.txt'],
    ['/a.png', 'a.png'],
  ])('are found as nginx finds them: %s', (path, file) => expect(fileFor(path, out)).toBe(join(out, file)))

  it.each(['/nothing', '/models/a/b', '/../secret'])('are not found for %s', path =>
    expect(fileFor(path, out)).toBeUndefined(),
  )
})

describe('messages', () => {
  it('are collected from literals and choices between them, and what cannot be is said', () => {
    const { found, problems } = messagesOf(
      "t('One'); t(a ? 'Two' : 'Three'); t(route.title); t(name); other('No')",
      'x.ts',
    )
    expect([found, problems]).toEqual([['One', 'Two', 'Three'], ['x.ts: t(name) is not a literal']])
  })

  it('and types, and routes are those that are committed', () => {
    for (const script of ['gen-api.ts', 'gen-messages.ts', 'gen-model-schema.ts', 'gen-routes.ts'])
      expect(() =>
        execFileSync(process.execPath, [join(import.meta.dirname, '../../build', script), '--check'], {
          stdio: 'pipe',
        }),
      ).not.toThrow()
  })
})
