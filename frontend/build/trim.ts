/** Takes out of the export what nobody asks for, and makes sure that every route is there. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes, shellPath } from '../src/routes.ts'
import { addresses } from './files.ts'

const NEEDLESS = [/\.map$/, /^\/_not-found/, /^\/404\//, /\.DS_Store$/]

export function needless(address: string): boolean {
  return NEEDLESS.some(pattern => pattern.test(address))
}

/** The routes whose page is missing, and the pages that the table does not know. */
export function mismatches(found: readonly string[]): string[] {
  const wanted = new Set([...routes.map(route => `${shellPath(route)}.html`), '/404.html'])
  const pages = found.filter(address => address.endsWith('.html'))
  const missing = [...wanted].filter(page => !pages.includes(page)).map(page => `${page} was not exported`)
  const unknown = pages.filter(page => !wanted.has(page)).map(page => `${page} has no entry in routes.ts`)
  return [...missing, ...unknown]
}

/** The scripts that only browsers without modules load. */
export function polyfills(html: string): string[] {
  const tags = html.match(/<script\b[^>]*\bnomodule\b[^>]*>/gi) ?? []
  return tags.map(tag => /\bsrc="([^"]+)"/.exec(tag)?.[1]).filter(src => src !== undefined)
}

export function trim(out: string): void {
  for (const address of addresses(out).filter(needless)) rmSync(join(out, address))
  for (const folder of ['_not-found', '404']) {
    if (existsSync(join(out, folder))) rmSync(join(out, folder), { recursive: true })
  }
  const problems = mismatches(addresses(out))
  if (problems.length) throw new Error(problems.join('\n'))
}

export function polyfillsOf(out: string): string[] {
  return polyfills(readFileSync(join(out, 'index.html'), 'utf8'))
}
