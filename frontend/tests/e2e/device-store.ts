/** What the device keeps of whoever is signed in. */
import type { Page } from '@playwright/test'
import { expect } from './fixture'

/** All rows of one object store; none while there is no database yet. */
export function rowsKept(page: Page, store: string): Promise<Record<string, unknown>[]> {
  return page.evaluate(async store => {
    const name = (await indexedDB.databases()).map(one => one.name ?? '').find(one => one.startsWith('freehold:'))
    if (!name) return []
    const db = await new Promise<IDBDatabase>(resolve => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
    })
    const rows = await new Promise<Record<string, unknown>[]>(resolve => {
      const reading = db.transaction(store).objectStore(store).getAll()
      reading.onsuccess = () => resolve(reading.result as Record<string, unknown>[])
    })
    db.close()
    return rows
  }, store)
}

/** Until the device holds a draft with this text: it is saved a moment after the last key. */
export async function draftKept(page: Page, text: string): Promise<void> {
  await expect.poll(async () => JSON.stringify(await rowsKept(page, 'drafts'))).toContain(text)
}

/** Until the device holds an answer for this feature: it is kept a moment after it is shown, once the page is at rest. */
export async function answerKept(page: Page, feature: string): Promise<void> {
  await expect
    .poll(async () => (await rowsKept(page, 'queries')).map(row => (JSON.parse(String(row.key)) as string[])[1]))
    .toContain(feature)
}
