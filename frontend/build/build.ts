/**
 * `npm run build`: the export, then what makes it a product: trimmed and verified, a policy per page, the service
 * worker, the limits on bytes, and compressed copies. Stops with a list of what is wrong.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkBytes } from './bytes.ts'
import { compress } from './compress.ts'
import { withPolicy } from './csp.ts'
import { addresses } from './files.ts'
import { polyfillsOf, trim } from './trim.ts'
import { buildWorker } from './worker.ts'

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'out')

function exportPages(): void {
  rmSync(OUT, { recursive: true, force: true })
  const next = join(ROOT, 'node_modules/next/dist/bin/next')
  const { status } = spawnSync(process.execPath, [next, 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (status !== 0) process.exit(status ?? 1)
}

function addPolicies(): void {
  const all = addresses(OUT)
  const font = all.find(address => /\/geist-latin-wght-normal[^/]*\.woff2$/.test(address))
  for (const page of all.filter(address => address.endsWith('.html'))) {
    writeFileSync(join(OUT, page), withPolicy(readFileSync(join(OUT, page), 'utf8'), font))
  }
}

async function main(): Promise<void> {
  if (!process.argv.includes('--after')) exportPages()
  trim(OUT)
  addPolicies()
  const worker = await buildWorker(OUT, addresses(OUT), polyfillsOf(OUT))
  const problems = [...checkBytes(OUT), ...worker]
  console.log(`${compress(OUT, addresses(OUT))} files compressed`)
  for (const problem of problems) console.error(`too heavy: ${problem}`)
  process.exitCode = problems.length ? 1 : 0
}

await main()
