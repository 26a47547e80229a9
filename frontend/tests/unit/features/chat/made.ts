/** Rows for tests of the chat. */
import type { OutboxItem, SendBody } from '@/lib/offline/outbox'
import type { Conversation, Message } from '@/lib/offline/store'
import type { TurnState } from '@/lib/stream/turns'
import type { ModelRow } from '@/features/chat/api/models'
import type { Send } from '@/features/chat/store/queue'

export const AT = '2026-11-28T10:00:00.000Z'

export function message(id: string, parent: string | null, change: Partial<Message> = {}): Message {
  return {
    id,
    conversation_id: 'c',
    parent_id: parent,
    role: 'user',
    parts: [{ type: 'text', text: `text of ${id}` }],
    status: 'complete',
    model: null,
    usage: null,
    error: null,
    rating: null,
    created_at: AT,
    rev: 1,
    ...change,
  }
}

export const answer = (id: string, parent: string, change: Partial<Message> = {}): Message =>
  message(id, parent, { role: 'assistant', model: 'm', ...change })

export function conversation(id: string, change: Partial<Conversation> = {}): Conversation {
  return {
    id,
    title: id,
    folder: null,
    pinned: false,
    archived: false,
    model: null,
    params: {},
    last_message_at: AT,
    created_at: AT,
    updated_at: AT,
    rev: 3,
    ...change,
  }
}

export function send(id: string, change: Partial<OutboxItem> = {}, body: Partial<SendBody> = {}): Send {
  const made: SendBody = {
    type: 'send',
    text: `words of ${id}`,
    model: 'm',
    messageId: `${id}-q`,
    answerId: `${id}-a`,
    parentId: null,
    ...body,
  }
  return { id, queue: 'c', state: 'waiting', createdAt: 0, nextAt: 0, tries: 0, ...change, body: made }
}

export function turn(id: string, change: Partial<TurnState> = {}): TurnState {
  return {
    turnId: id,
    conversationId: 'c',
    messageId: `${id}-q`,
    answerId: `${id}-a`,
    model: 'm',
    phase: 'answering',
    text: '',
    reasoning: '',
    activation: null,
    usage: null,
    trouble: null,
    startedAt: 1000,
    firstWordAt: null,
    reconnecting: false,
    ...change,
  }
}

export function model(name: string, change: Partial<ModelRow> = {}): ModelRow {
  return {
    name,
    tenant: 't',
    display_name: name,
    description: null,
    deleting: false,
    context_length: null,
    phase: 'Ready',
    reason: 'Serving',
    message: '',
    since: null,
    replicas: { ready: 1, desired: 1, min: 0, max: 1, mode: 'Fixed' },
    engine: 'LlamaCpp',
    features: ['TextGeneration'],
    resources: null,
    managed_by: null,
    lifeline: '',
    ...change,
  }
}
