/** What a person typed and the device keeps. */
import type { Page } from '@playwright/test'
import { expect } from './fixture'

/** Until the device holds a draft with this text: it is saved a moment after the last key. */
export async function draftKept(page: Page, text: string): Promise<void> {
  const drafts = () =>
    page.evaluate(async () => {
      const name = (await indexedDB.databases()).map(one => one.name ?? '').find(one => one.startsWith('freehold:'))
      if (!name) return ''
      const db = await new Promise<IDBDatabase>(resolve => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
      })
      const rows = await new Promise<unknown[]>(resolve => {
        const reading = db.transaction('drafts').objectStore('drafts').getAll()
        reading.onsuccess = () => resolve(reading.result)
      })
      db.close()
      return JSON.stringify(rows)
    })
  await expect.poll(drafts).toContain(text)
}
