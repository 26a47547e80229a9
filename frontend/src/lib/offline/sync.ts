/**
 * Delta sync: what changed since the cursor, in pages, each with its cursor in one transaction, so that a killed tab
 * neither skips nor repeats. `resync` fetches all anew and swaps in one transaction; drafts and outbox stay.
 */
import type { Schemas } from '../api/client'
import type { Conversation, Message, Store } from './store'

export type Changes = Schemas['Changes']

export const CURSOR = 'sync-cursor'
export const SYNCED_AT = 'synced-at'
const FROM_ZERO = '0'

export interface SyncDeps {
  readonly pull: (cursor: string) => Promise<Changes>
  readonly now: () => number
}

/** Brings the store up to date. Returns the ids of the conversations that changed. */
export async function pullAll(store: Store, deps: SyncDeps): Promise<Set<string>> {
  const touched = new Set<string>()
  let cursor = ((await store.get('kv', CURSOR)) as string | undefined) ?? FROM_ZERO
  for (;;) {
    const changes = await deps.pull(cursor)
    if (changes.resync) return swap(store, deps)
    await applyPage(store, changes, touched)
    cursor = changes.next_cursor
    if (!changes.more) break
  }
  await store.put('kv', deps.now(), SYNCED_AT)
  return touched
}

async function applyPage(store: Store, changes: Changes, touched: Set<string>): Promise<void> {
  const tx = store.transaction(['conversations', 'messages', 'kv'], 'readwrite')
  for (const { kind, row } of changes.items) {
    touched.add(conversationOf(kind, row))
    if (kind === 'conversation') await tx.objectStore('conversations').put(row as Conversation)
    else await tx.objectStore('messages').put(row as Message)
  }
  for (const { kind, id } of changes.tombstones) {
    if (kind === 'message') await tx.objectStore('messages').delete(id)
    else {
      touched.add(id)
      await tx.objectStore('conversations').delete(id)
      const index = tx.objectStore('messages').index('byConversation')
      const keys = await index.getAllKeys(IDBKeyRange.bound([id, ''], [id, '￿']))
      for (const key of keys) await tx.objectStore('messages').delete(key)
    }
  }
  await tx.objectStore('kv').put(changes.next_cursor, CURSOR)
  await tx.done
}

function conversationOf(kind: string, row: Record<string, unknown>): string {
  return String(kind === 'conversation' ? row.id : row.conversation_id)
}

async function swap(store: Store, deps: SyncDeps): Promise<Set<string>> {
  const pages: Changes[] = []
  let cursor = FROM_ZERO
  do {
    pages.push(await deps.pull(cursor))
    cursor = pages.at(-1)?.next_cursor ?? cursor
  } while (pages.at(-1)?.more)
  const rows = pages.flatMap(page => page.items)
  const tx = store.transaction(['conversations', 'messages', 'kv'], 'readwrite')
  await tx.objectStore('conversations').clear()
  await tx.objectStore('messages').clear()
  for (const { kind, row } of rows) {
    if (kind === 'conversation') await tx.objectStore('conversations').put(row as Conversation)
    else await tx.objectStore('messages').put(row as Message)
  }
  await tx.objectStore('kv').put(cursor, CURSOR)
  await tx.objectStore('kv').put(deps.now(), SYNCED_AT)
  await tx.done
  return new Set(rows.map(({ kind, row }) => conversationOf(kind, row)))
}
