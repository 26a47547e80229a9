/** Builds `sw.js`: our worker with the list of what it keeps, each file by the hash of its content. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { gzipSync } from 'node:zlib'

export const WORKER_MOST_KB = 16
export const PRECACHE_MOST_MB = 2.5

const KEPT = /\.(html|js|css|woff2|txt|webmanifest|svg)$/
const NOT_KEPT = [/^\/404\.html$/, /^\/sw\.js$/, /^\/_next\/static\/[^/]+\/_(build|ssg|client)/]

export interface Entry {
  readonly url: string
  /** Null where the name itself holds a hash. */
  readonly revision: string | null
}

/** Which addresses go into the precache. */
export function kept(address: string, polyfills: readonly string[]): boolean {
  return KEPT.test(address) && !NOT_KEPT.some(pattern => pattern.test(address)) && !polyfills.includes(address)
}

export function entryFor(address: string, content: Buffer): Entry {
  const named = address.startsWith('/_next/static/')
  const revision = named ? null : createHash('sha256').update(content).digest('hex').slice(0, 16)
  return { url: encodeURI(address), revision }
}

export async function buildWorker(
  out: string,
  addresses: readonly string[],
  polyfills: readonly string[],
): Promise<string[]> {
  const list = addresses.filter(address => kept(address, polyfills))
  const entries = list.map(address => entryFor(address, readFileSync(join(out, address))))
  const megabytes = list.reduce((sum, address) => sum + statSync(join(out, address)).size, 0) / 1e6
  await build({
    entryPoints: [join(import.meta.dirname, '../src/worker/sw.ts')],
    outfile: join(out, 'sw.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: `self.__SW_MANIFEST=${JSON.stringify(entries)};` },
    legalComments: 'none',
  })
  // The list is data that grows with the app; the limit is on code.
  const code =
    gzipSync(readFileSync(join(out, 'sw.js'))).length / 1000 - gzipSync(JSON.stringify(entries)).length / 1000
  console.log(
    `sw.js          ${code.toFixed(1)} kB of ${WORKER_MOST_KB}, precache ${entries.length} files, ${megabytes.toFixed(2)} MB of ${PRECACHE_MOST_MB}`,
  )
  return [
    ...(code > WORKER_MOST_KB ? [`sw.js: ${code.toFixed(1)} kB, at most ${WORKER_MOST_KB}`] : []),
    ...(megabytes > PRECACHE_MOST_MB ? [`precache: ${megabytes.toFixed(2)} MB, at most ${PRECACHE_MOST_MB}`] : []),
  ]
}
