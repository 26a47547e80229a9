/** Serves `out/` as nginx does: the same rules from routes.ts, the same headers from nginx/headers.conf. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { matchRoute, shellPath } from '../src/routes.ts'
import { dataPath } from '../src/lib/worker/rules.ts'

const ROOT = join(import.meta.dirname, '..')
export const OUT = join(ROOT, 'out')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/x-component; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}

export function nginxHeaders(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'nginx/headers.conf'), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^add_header (\S+) "([^"]*)" always;/gm)].map(match => [match[1], match[2]]),
  )
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile()

/** The file for an address, or undefined: 404. */
export function fileFor(pathname: string, out: string = OUT): string | undefined {
  const path = normalize(decodeURIComponent(pathname))
  const route = matchRoute(path)
  const candidates = [
    `${path === '/' ? '/index' : path}.html`,
    path,
    // Before the shells: a page's data is named like a segment of it.
    dataPath(path),
    ...(route ? [`${shellPath(route)}.html`] : []),
  ]
  return candidates.map(one => join(out, one)).find(isFile)
}

const HEADERS = nginxHeaders()
const CODINGS = { br: '.br', gzip: '.gz' }

/** The compressed copy that the browser takes, as `brotli_static` and `gzip_static` send it. */
function smallest(file: string, accepted: string): [string, string | undefined] {
  const fit = Object.entries(CODINGS).find(([coding, end]) => accepted.includes(coding) && existsSync(file + end))
  return fit ? [file + fit[1], fit[0]] : [file, undefined]
}

export function serveStatic(
  request: IncomingMessage,
  response: ServerResponse,
  config: object,
  out: string = OUT,
): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const send = (status: number, type: string, body: Buffer | string, caching = 'no-cache', coding?: string) => {
    const coded = coding && { 'content-encoding': coding, vary: 'accept-encoding' }
    response.writeHead(status, { ...HEADERS, 'content-type': type, 'cache-control': caching, ...coded })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  if (pathname === '/healthz') return send(200, 'text/plain', 'ok\n')
  if (pathname === '/config.json') return send(200, 'application/json', JSON.stringify(config))
  const file = fileFor(pathname, out)
  if (!file) return send(404, 'text/html; charset=utf-8', readFileSync(join(out, '404.html')))
  const caching = pathname.startsWith('/_next/static/') ? 'public, max-age=31536000, immutable' : 'no-cache'
  const [name, coding] = smallest(file, String(request.headers['accept-encoding'] ?? ''))
  send(200, TYPES[extname(file)] ?? 'application/octet-stream', readFileSync(name), caching, coding)
}
