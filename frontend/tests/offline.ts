/** Stores for tests. */
import { openStore } from '@/lib/offline/store'
import { STORE_PREFIX } from '@/lib/offline/wipe'

export { openStore }

/** The users' databases that exist. */
export async function storeNames(): Promise<string[]> {
  const all = await indexedDB.databases()
  return all.map(entry => entry.name ?? '').filter(name => name.startsWith(STORE_PREFIX))
}
