/** How a database of this device is opened: a browser that refuses it, some by throwing, or does not answer has none. */
import { openDB, type IDBPDatabase, type OpenDBCallbacks } from 'idb'

const LATEST_MS = 5000

/** Rejects where it cannot be had, after 5 s at the latest. */
export async function openInTime<T>(name: string, callbacks: OpenDBCallbacks<T>): Promise<IDBPDatabase<T>> {
  return Promise.race([openDB<T>(name, 1, callbacks), new Promise<never>((_, late) => setTimeout(late, LATEST_MS))])
}
