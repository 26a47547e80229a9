/** The export's files, by their address. */
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Every file below `out`, as absolute addresses (`/chat.html`), sorted. */
export function addresses(out: string): string[] {
  const entries = readdirSync(out, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => relative(out, join(entry.parentPath, entry.name)))
  return files.map(file => `/${file.split(sep).join('/')}`).sort()
}
