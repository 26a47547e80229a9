/** Messages as this device knows them, before the server's own rows come: what was just taken or written. */
import type { OutboxItem, SendBody } from '../offline/outbox'
import type { Message } from '../offline/store'
import type { TurnState } from '../stream/turns'

type Send = OutboxItem & { readonly body: SendBody }

/** The question of a send that the server took; `newest` is what it follows where the send left that open. */
export function questionOf(send: Send, newest: string | null): Message {
  const { body } = send
  return {
    id: body.messageId,
    conversation_id: send.queue,
    parent_id: body.root ? null : (body.parentId ?? newest),
    role: 'user',
    parts: [{ type: 'text', text: body.text }],
    status: 'complete',
    model: null,
    usage: null,
    error: null,
    rating: null,
    created_at: new Date(send.createdAt).toISOString(),
    rev: 0,
  }
}

/** An answer that ended. */
export function answerOf(turn: TurnState): Message {
  const reasoning = turn.reasoning ? [{ type: 'reasoning' as const, text: turn.reasoning }] : []
  return {
    id: turn.answerId,
    conversation_id: turn.conversationId,
    parent_id: turn.messageId,
    role: 'assistant',
    parts: [...reasoning, { type: 'text', text: turn.text }],
    status: turn.phase === 'done' ? 'complete' : turn.phase === 'stopped' ? 'stopped' : 'failed',
    model: turn.model,
    usage: turn.usage ? { ...turn.usage } : null,
    error: null,
    rating: null,
    created_at: new Date(turn.startedAt).toISOString(),
    rev: 0,
  }
}
