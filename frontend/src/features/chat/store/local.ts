/** Messages that only this page knows: what was just taken or written, where the store does not hold it (or may not). */
import type { Message } from '@/lib/offline/store'
import type { TurnState } from '@/lib/stream/turns'
import type { Send } from './queue'

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
