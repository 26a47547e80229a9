/**
 * Usage as a file. It is streamed to where the reader chose, where the browser can; else it is held in memory, which
 * has a bound that is said.
 */
import { problemOf } from '@/lib/api/problem'
import { apiOrigin, send } from '@/lib/api/transport'
import { t } from '@/lib/i18n/t'
import type { Asked } from './shapes'

export const MOST_BYTES = 100_000_000

interface Handle {
  createWritable(): Promise<WritableStream<Uint8Array>>
  /** Not in every browser. */
  remove?(): Promise<void>
}

export interface Target {
  /** Asks where to; absent where the browser cannot. Throws an `AbortError` when the reader changes their mind. */
  readonly pick?: ((name: string) => Promise<Handle>) | undefined
  /** Hands a whole file to the browser's downloads. */
  readonly download: (file: Blob, name: string) => void
}

export type Saved = 'saved' | 'cancelled'

export async function exportCsv(range: Asked, target: Target, most = MOST_BYTES): Promise<Saved> {
  const name = `usage-${range.from}-${range.to}.csv`
  if (!target.pick) {
    target.download(await collect(await open(range), most), name)
    return 'saved'
  }
  const handle = await target.pick(name).catch(unlessCancelled)
  if (!handle) return 'cancelled'
  try {
    await (await open(range)).pipeTo(await handle.createWritable())
  } catch (error) {
    await handle.remove?.()
    throw error
  }
  return 'saved'
}

function unlessCancelled(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'AbortError') return undefined
  throw error
}

async function open(range: Asked): Promise<ReadableStream<Uint8Array>> {
  const query = new URLSearchParams({ ...range })
  const response = await send(new Request(`${apiOrigin()}/api/v1/usage/export.csv?${query}`))
  if (!response.ok) throw await problemOf(response)
  return response.body ?? new Blob([]).stream()
}

async function collect(stream: ReadableStream<Uint8Array>, most: number): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let held = 0
  const reader = stream.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    held += read.value.byteLength
    if (held > most) {
      await reader.cancel()
      throw new Error(t('the file is larger than this browser can hold; choose fewer days'))
    }
    parts.push(new Uint8Array(read.value))
  }
  return new Blob(parts, { type: 'text/csv' })
}

/** The browser's own ways to save. */
export function browserTarget(): Target {
  const pick = (window as { showSaveFilePicker?: (options: object) => Promise<Handle> }).showSaveFilePicker
  const types = [{ accept: { 'text/csv': ['.csv'] } }]
  return {
    ...(pick && { pick: name => pick({ suggestedName: name, types }) }),
    download(file, name) {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(file)
      link.download = name
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    },
  }
}
