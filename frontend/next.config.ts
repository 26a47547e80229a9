/**
 * One static export for every installation: no server code, no environment in the bundle but a digest of its own sources. In development the same
 * pages run on Next's server, which rewrites the shells of dynamic routes as nginx does and passes calls on to the app.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NextConfig } from 'next'
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js'
import { routes, shellPath } from './src/routes.ts'

const SERVED_BY_THE_APP = ['/api/:path*', '/v1/:path*', '/auth/:path*', '/.well-known/:path*']

function rewritesInDevelopment() {
  const app = process.env.FREEHOLD_DEV_APP ?? 'http://127.0.0.1:8080'
  const shells = routes.filter(route => route.dynamic)
  return {
    beforeFiles: shells.map(route => ({ source: `${route.path}/:segment((?!_$).+)`, destination: shellPath(route) })),
    afterFiles: [],
    fallback: SERVED_BY_THE_APP.map(source => ({ source, destination: `${app}${source}` })),
  }
}

/** Tells one build's sources from another's. */
function digest(folder: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  for (const file of files.map(entry => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

export default function config(phase: string): NextConfig {
  const shared: NextConfig = {
    reactStrictMode: true,
    poweredByHeader: false,
    images: { unoptimized: true },
    devIndicators: false,
    typescript: { ignoreBuildErrors: true }, // `npm run types` checks; the build does not repeat it
    turbopack: { root: process.env.FREEHOLD_DEV_ROOT ?? import.meta.dirname },
    env: { FREEHOLD_BUILD: digest(join(import.meta.dirname, 'src')) },
  }
  if (phase === PHASE_DEVELOPMENT_SERVER) return { ...shared, rewrites: async () => rewritesInDevelopment() }
  return { ...shared, output: 'export' }
}
