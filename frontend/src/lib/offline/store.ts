/**
 * The device's copy of a user's conversations, and what waits to be sent. One database per tenant and user, so that
 * nobody reads what another left behind. `currentStore()` is null where nothing may be kept (`features.offlineStore`).
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Schemas } from '../api/client'
import type { AuthState } from '../auth/adapter'
import { config } from '../config/config'
import type { OutboxItem } from './outbox'
import { beforeWipe, STORE_PREFIX } from './wipe'

export type Conversation = Schemas['Conversation']
export type Message = Schemas['Message']

export interface Draft {
  readonly key: string
  readonly text: string
  readonly savedAt: number
}

export interface FreeholdDB extends DBSchema {
  conversations: { key: string; value: Conversation; indexes: { byTime: string } }
  messages: { key: string; value: Message; indexes: { byConversation: [string, string]; byParent: string } }
  /** `build`: the one that wrote it; another may expect another shape. */
  queries: { key: string; value: { key: string; value: unknown; savedAt: number; build: string } }
  drafts: { key: string; value: Draft }
  outbox: { key: string; value: OutboxItem; indexes: { byQueue: string } }
  kv: { key: string; value: unknown }
}

export type Store = IDBPDatabase<FreeholdDB>

export function openStore(tenant: string, user: string): Promise<Store> {
  return openDB<FreeholdDB>(`${STORE_PREFIX}${tenant}:${user}`, 1, {
    upgrade(db) {
      db.createObjectStore('conversations', { keyPath: 'id' }).createIndex('byTime', 'last_message_at')
      const messages = db.createObjectStore('messages', { keyPath: 'id' })
      messages.createIndex('byConversation', ['conversation_id', 'id'])
      messages.createIndex('byParent', 'parent_id')
      db.createObjectStore('queries', { keyPath: 'key' })
      db.createObjectStore('drafts', { keyPath: 'key' })
      db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('byQueue', 'queue')
      db.createObjectStore('kv')
    },
    // A newer version in another tab must not wait for this one.
    blocking: (_old, _new, event) => (event.target as IDBDatabase).close(),
  })
}

let bound: { name: string; store: Promise<Store | null> } | undefined
let first = Promise.withResolvers<void>()

/** Opens the store of whoever is signed in; the same call with the same identity is free. */
export function bindStore(state: AuthState): void {
  if (state.status === 'loading' && !state.user) return
  const name = state.tenant && state.user ? `${state.tenant.id}:${state.user.id}` : ''
  if (bound?.name === name) return
  void bound?.store.then(store => store?.close())
  const open = state.tenant && state.user && config().features.offlineStore
  bound = {
    name,
    store: open ? openStore(state.tenant.id, state.user.id).catch(() => null) : Promise.resolve(null),
  }
  first.resolve()
}

/** Waits until it is known whose store it is; null where nothing may be kept. */
export async function currentStore(): Promise<Store | null> {
  if (!bound) await first.promise
  return (await bound?.store) ?? null
}

/** For tests: as on a fresh page. */
export async function unbindStore(): Promise<void> {
  const store = await bound?.store
  bound = undefined
  first = Promise.withResolvers<void>()
  store?.close()
}

// Whoever reads after the wipe waits for the next identity.
beforeWipe(unbindStore)

/** A store that is just being closed (sign-out, another identity) holds nothing for whoever still reads it. */
export async function whileOpen<T>(act: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') return otherwise
    throw error
  }
}

/** Newest first. */
export async function readConversations(store: Store): Promise<Conversation[]> {
  const rows = await whileOpen(() => store.getAll('conversations'), [])
  return rows.sort((a, b) => (b.last_message_at ?? b.created_at).localeCompare(a.last_message_at ?? a.created_at))
}

/** Every message of a conversation, oldest first. */
export function readMessages(store: Store, conversation: string): Promise<Message[]> {
  const range = IDBKeyRange.bound([conversation, ''], [conversation, '\uffff'])
  return whileOpen(() => store.getAllFromIndex('messages', 'byConversation', range), [])
}

export function putMessage(store: Store, message: Message): Promise<string> {
  return store.put('messages', message)
}
