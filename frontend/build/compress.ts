/** `.br` and `.gz` beside every text file, so that nginx never compresses at run time. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = /\.(html|js|css|txt|svg|json|webmanifest)$/
const LEAST = 256

export function compress(out: string, addresses: readonly string[]): number {
  let written = 0
  for (const address of addresses.filter(one => TEXT.test(one))) {
    const file = join(out, address)
    const content = readFileSync(file)
    if (content.length < LEAST) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params }))
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
    written++
  }
  return written
}
