/** Removes what belongs to a user from this device: on sign-out, on another identity, and after 14 days unconfirmed. */
import { deleteDB } from 'idb'
import { SHARED_NAME } from './shared'

export const STORE_PREFIX = `${SHARED_NAME}:`
export const UNCONFIRMED_MS = 14 * 24 * 3_600_000

type Closer = () => Promise<void>
const closers = new Set<Closer>()

/** Whoever holds a store open lets go of it here, or the removal would wait for ever. */
export function beforeWipe(close: Closer): () => void {
  closers.add(close)
  return () => void closers.delete(close)
}

export async function wipeStores(): Promise<void> {
  try {
    for (const close of closers) await close()
    const all = await indexedDB.databases()
    const ours = all.map(entry => entry.name ?? '').filter(name => name.startsWith(STORE_PREFIX))
    await Promise.all(ours.map(name => deleteDB(name)))
  } catch {
    // No storage at all: nothing was kept.
  }
}
