/**
 * The device's copy of a user's conversations, and what waits to be sent. One database per tenant and user, so that
 * nobody reads what another left behind. `currentStore()` is null where nothing may be kept (`features.offlineStore`).
 */
import type { DBSchema, IDBPDatabase } from 'idb'
import type { Schemas } from '../api/client'
import type { AuthState } from '../auth/adapter'
import { config } from '../config/config'
import type { OutboxItem } from './outbox'
import { openInTime } from './open'
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
  return openInTime<FreeholdDB>(`${STORE_PREFIX}${tenant}:${user}`, {
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
