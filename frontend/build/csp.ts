/**
 * Each page gets its own policy, first in its head: its inline scripts by hash, nothing else inline. What an
 * installation narrows further (`connect-src` and others) stands in nginx's header. Preloads the text font too.
 */
import { createHash } from 'node:crypto'

const INLINE = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g

/** The hashes of a page's inline scripts, as the policy writes them. */
export function inlineHashes(html: string): string[] {
  const bodies = [...html.matchAll(INLINE)].map(match => match[1] ?? '')
  return [...new Set(bodies.filter(body => body !== '').map(hash))]
}

function hash(script: string): string {
  return `'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`
}

export function policyFor(html: string): string {
  const scripts = ["'self'", ...inlineHashes(html)].join(' ')
  return [
    "default-src 'self'",
    `script-src ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self' https:",
    "object-src 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** The page with its policy and the font's preload at the head's very beginning. */
export function withPolicy(html: string, font: string | undefined): string {
  if (!html.includes('<head>')) throw new Error('a page without <head> cannot be given a policy')
  if (/http-equiv="content-security-policy"/i.test(html)) throw new Error('the page has a policy already')
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyFor(html)}"/>`
  const preload = font ? `<link rel="preload" href="${font}" as="font" type="font/woff2" crossorigin=""/>` : ''
  return html.replace('<head>', `<head>${meta}${preload}`)
}
