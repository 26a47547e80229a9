/**
 * Where conversations come from: the device's store, filled by sync; the server where a conversation's messages are
 * older than what the device keeps, or where nothing may be kept.
 */
import { allPages, api, unwrap } from '@/lib/api/client'
import { readConversations } from '@/lib/offline/rows'
import { currentStore, type Conversation, type Message, type Store } from '@/lib/offline/store'
import { SYNCED_AT } from '@/lib/offline/sync'

/** Messages read at a time: the page stays free between two reads. */
export const PAGE = 1000
const MOST = 20_000
const PER_CALL = 200

export interface Listed {
  readonly rows: readonly Conversation[]
  /** Milliseconds; undefined: never on this device. */
  readonly syncedAt: number | undefined
  /** Whether this device holds them. */
  readonly kept: boolean
}

export async function listConversations(): Promise<Listed> {
  const store = await currentStore()
  if (!store) return { rows: await fetchConversations(), syncedAt: Date.now(), kept: false }
  const [rows, syncedAt] = await Promise.all([readConversations(store), store.get('kv', SYNCED_AT)])
  return { rows, syncedAt: syncedAt as number | undefined, kept: true }
}

/** From the server itself; throws its refusal. */
export function fetchConversations(): Promise<Conversation[]> {
  return allPages(cursor =>
    unwrap(api().GET('/api/v1/conversations', { params: { query: { limit: PER_CALL, ...(cursor && { cursor }) } } })),
  )
}

/** Oldest first, as the device keeps them; the server begins with the newest. */
async function fetchMessages(id: string): Promise<Message[]> {
  const newestFirst = await allPages(
    cursor =>
      unwrap(
        api().GET('/api/v1/conversations/{conversation_id}/messages', {
          params: { path: { conversation_id: id }, query: { limit: PER_CALL, ...(cursor && { cursor }) } },
        }),
      ),
    MOST,
  )
  return newestFirst.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Every message of the conversation that the device has, in pages. */
export async function storedMessages(store: Store, id: string): Promise<Message[]> {
  const all: Message[] = []
  let after = ''
  for (;;) {
    const range = IDBKeyRange.bound([id, after], [id, '￿'], after !== '')
    const page = await store.getAllFromIndex('messages', 'byConversation', range, PAGE)
    all.push(...page)
    if (page.length < PAGE) return all
    after = (page.at(-1) as Message).id
  }
}

/**
 * A conversation's messages. Not kept on this device: fetched, and kept. `fetchMissing` false reads the device alone
 * (offline, or a conversation that the server does not know yet).
 */
export async function messagesOf(id: string, fetchMissing: boolean): Promise<Message[]> {
  const store = await currentStore()
  if (!store) return fetchMissing ? fetchMessages(id) : []
  const kept = await storedMessages(store, id)
  if (kept.length > 0 || !fetchMissing) return kept
  const fetched = await fetchMessages(id)
  const tx = store.transaction('messages', 'readwrite')
  await Promise.all([...fetched.map(message => tx.store.put(message)), tx.done])
  return fetched
}

/** One message that this device wrote or followed. */
export async function storedMessage(id: string): Promise<Message | undefined> {
  return (await currentStore())?.get('messages', id)
}
