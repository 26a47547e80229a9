/**
 * The little that belongs to the device rather than to a user: the last `/config.json` and the last identity (name,
 * tenant, role; never a token). Reading and writing never fail: a browser without storage starts as new each time.
 */
import type { IDBPDatabase } from 'idb'
import { openInTime } from './open'

export const SHARED_NAME = 'freehold'

let opening: Promise<IDBPDatabase> | undefined

function open(): Promise<IDBPDatabase> {
  opening ??= openInTime(SHARED_NAME, { upgrade: db => void db.createObjectStore('kv') })
  return opening
}

export async function readShared(key: string): Promise<unknown> {
  try {
    return await (await open()).get('kv', key)
  } catch {
    return undefined
  }
}

export async function writeShared(key: string, value: unknown): Promise<void> {
  try {
    const db = await open()
    await (value === undefined ? db.delete('kv', key) : db.put('kv', value, key))
  } catch {
    // Private windows and full disks: the next start asks the network instead.
  }
}
