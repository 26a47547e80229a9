/**
 * What the service worker does with a request: pure, so that every rule has a test. The API and everything about
 * identity are never touched, or another user would read this one's answers after sign-out.
 */
import { matchRoute, shellPath } from '../../routes.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  /** `navigate` for pages. */
  readonly mode: string
}

export type Rule =
  | { readonly kind: 'pass' }
  /** From the precache; the network where it is not there. */
  | { readonly kind: 'precached'; readonly path: string }
  /** A page that no rule knows: the network, and the offline page when that fails. */
  | { readonly kind: 'unknown-page' }
  /** An empty 200: the exported router asks by HEAD whether a page exists. */
  | { readonly kind: 'exists' }
  | { readonly kind: 'config' }

const UNTOUCHED = /^\/(api|v1|auth|\.well-known)(\/|$)/
const PASS: Rule = { kind: 'pass' }

/** `/models/x.txt` -> `/models/_.txt`, `/models/x/__next.y.txt` -> `/models/_/__next.y.txt`, others as they are. */
export function dataPath(pathname: string): string {
  const whole = /^(.+)\.txt$/.exec(pathname)
  const parts = /^(.+)\/(__next\.[^/]+\.txt)$/.exec(pathname)
  const page = parts?.[1] ?? whole?.[1]
  const route = page === undefined ? undefined : matchRoute(page)
  if (!route?.dynamic) return pathname
  return parts ? `${shellPath(route)}/${parts[2]}` : `${shellPath(route)}.txt`
}

export function ruleFor({ method, url, mode }: Asked, origin: string): Rule {
  const { origin: theirs, pathname } = new URL(url)
  if (theirs !== origin || UNTOUCHED.test(pathname)) return PASS
  if (pathname === '/config.json') return method === 'GET' ? { kind: 'config' } : PASS
  const route = matchRoute(pathname)
  if (method === 'HEAD') return route ? { kind: 'exists' } : PASS
  if (method !== 'GET') return PASS
  if (mode === 'navigate')
    return route ? { kind: 'precached', path: `${shellPath(route)}.html` } : { kind: 'unknown-page' }
  if (pathname.endsWith('.txt')) return { kind: 'precached', path: dataPath(pathname) }
  return { kind: 'precached', path: pathname }
}
