/** Turns over HTTP, and what they leave in the store. */
import { api, unwrap } from '../api/client'
import { openStream, postStream } from '../api/stream'
import type { OutboxItem, SendBody } from '../offline/outbox'
import { currentStore, putMessage, readMessages, type Message } from '../offline/store'
import type { HubDeps, TurnHub, TurnInfo, TurnState } from '../stream/turns'

export function createTurnCalls() {
  const hub: Pick<HubDeps, 'resume' | 'cancel'> = {
    resume: (turnId, after, signal) =>
      openStream(`/api/v1/turns/${turnId}/events?after=${encodeURIComponent(after)}`, { signal }),
    async cancel(turnId) {
      await unwrap(api().POST('/api/v1/turns/{turn_id}/cancel', { params: { path: { turn_id: turnId } } }))
    },
  }

  /** Resolves when the server has taken the question. */
  async function send(turns: TurnHub, item: OutboxItem, body: SendBody): Promise<void> {
    const parent = body.root ? null : (body.parentId ?? (await newestLeaf(item.queue, body.messageId)))
    const info: TurnInfo = {
      turnId: item.id,
      conversationId: item.queue,
      messageId: body.messageId,
      answerId: body.answerId,
      model: body.model,
    }
    const turn = {
      id: item.id,
      answer_id: body.answerId,
      message: body.regenerate
        ? null
        : { id: body.messageId, parent_id: parent, parts: [{ type: 'text', text: body.text }] },
      ...(body.regenerate && { parent_id: body.messageId }),
      model: body.model,
      params: body.params ?? {},
    }
    const post = () =>
      postStream(`/api/v1/conversations/${item.queue}/turns`, turn, { headers: { 'idempotency-key': item.id } })
    await turns.start(info, post)
    if (!body.regenerate) await keepQuestion(item, body, parent)
  }

  /** The finished answer, until the next pull brings the server's own row. */
  async function keep(turn: TurnState): Promise<void> {
    const store = await currentStore()
    if (!store || (turn.text === '' && turn.reasoning === '')) return
    const status = turn.phase === 'done' ? 'complete' : turn.phase === 'stopped' ? 'stopped' : 'failed'
    const old = await store.get('messages', turn.answerId)
    if (old && old.status !== 'streaming') return
    await putMessage(store, answerOf(turn, status))
  }

  return { hub, send, keep }
}

/** Ids rise with time: the newest message is the last by id. */
async function newestLeaf(conversation: string, before: string): Promise<string | null> {
  const store = await currentStore()
  const all = store ? await readMessages(store, conversation) : []
  return all.filter(message => message.id < before).at(-1)?.id ?? null
}

async function keepQuestion(item: OutboxItem, body: SendBody, parent: string | null): Promise<void> {
  const store = await currentStore()
  if (!store || (await store.get('messages', body.messageId))) return
  await putMessage(store, {
    id: body.messageId,
    conversation_id: item.queue,
    parent_id: parent,
    role: 'user',
    parts: [{ type: 'text', text: body.text }],
    status: 'complete',
    model: null,
    usage: null,
    error: null,
    rating: null,
    created_at: new Date(item.createdAt).toISOString(),
    rev: 0,
  })
}

function answerOf(turn: TurnState, status: Message['status']): Message {
  const reasoning = turn.reasoning ? [{ type: 'reasoning' as const, text: turn.reasoning }] : []
  return {
    id: turn.answerId,
    conversation_id: turn.conversationId,
    parent_id: turn.messageId,
    role: 'assistant',
    parts: [...reasoning, { type: 'text', text: turn.text }],
    status,
    model: turn.model,
    usage: turn.usage ? { ...turn.usage } : null,
    error: null,
    rating: null,
    created_at: new Date(turn.startedAt).toISOString(),
    rev: 0,
  }
}
