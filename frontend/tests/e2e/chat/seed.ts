/** Fills the device's own store: a conversation of any length, without a server that would have to send it. */
import type { Page } from '@playwright/test'
import { TENANT, USER } from '../../fake-api/ids.ts'

export const LONG = '01930000-0000-7000-8000-00000000f000'

/** The page must have been open once, so that the store exists. */
export async function seedLong(page: Page, messages: number): Promise<void> {
  await page.evaluate(
    async ({ name, conversation, messages }) => {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(new Error('no store'))
      })
      const tx = db.transaction(['conversations', 'messages'], 'readwrite')
      const at = new Date().toISOString()
      tx.objectStore('conversations').put({
        id: conversation,
        title: 'Ten thousand',
        folder: null,
        pinned: false,
        archived: false,
        model: 'mistral-small',
        params: {},
        last_message_at: at,
        created_at: at,
        updated_at: at,
        rev: 1,
      })
      const idOf = (n: number) => `01930000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`
      for (let n = 0; n < messages; n++) {
        const own = n % 2 === 0
        const text = own
          ? `Question ${n}: what about rope ${n}?`
          : `Answer ${n}. ${'The rope was measured at three points of its most worn metre. '.repeat(1 + (n % 7))}\n\n- first\n- second`
        tx.objectStore('messages').put({
          id: idOf(n),
          conversation_id: conversation,
          parent_id: n === 0 ? null : idOf(n - 1),
          role: own ? 'user' : 'assistant',
          parts: [{ type: 'text', text }],
          status: 'complete',
          model: own ? null : 'mistral-small',
          usage: null,
          rating: null,
          created_at: at,
          rev: 1,
        })
      }
      await new Promise(resolve => (tx.oncomplete = resolve))
      db.close()
    },
    { name: `freehold:${TENANT}:${USER}`, conversation: LONG, messages },
  )
}
