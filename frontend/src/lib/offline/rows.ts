/** What is read of a store and written to it. Apart from `store`, which every page loads at once. */
import type { Conversation, Message, Store } from './store'

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
