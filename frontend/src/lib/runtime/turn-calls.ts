/** Turns over HTTP, and what they leave in the store. */
import { api, unwrap } from '../api/client'
import { openStream, postStream } from '../api/stream'
import type { OutboxItem, SendBody } from '../offline/outbox'
import { putMessage, readMessages } from '../offline/rows'
import { currentStore } from '../offline/store'
import { answerOf, questionOf } from './local-rows'
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
    const old = await store.get('messages', turn.answerId)
    if (old && old.status !== 'streaming') return
    await putMessage(store, answerOf(turn))
  }

  return { hub, send, keep }
}

/**
 * Ids rise with time: the newest message is the last by id. Where this device has none of the conversation's, because they
 * are still on their way or may not be kept, the server is asked: below nothing a question would stand beside the first.
 */
async function newestLeaf(conversation: string, before: string): Promise<string | null> {
  const store = await currentStore()
  const kept = store ? await readMessages(store, conversation) : []
  const newest = kept.filter(message => message.id < before).at(-1)
  return newest?.id ?? newestOnServer(conversation)
}

async function newestOnServer(conversation: string): Promise<string | null> {
  const params = { path: { conversation_id: conversation }, query: { limit: 1 } }
  const page = await unwrap(api().GET('/api/v1/conversations/{conversation_id}/messages', { params }))
  return page.items[0]?.id ?? null
}

async function keepQuestion(item: OutboxItem, body: SendBody, parent: string | null): Promise<void> {
  const store = await currentStore()
  if (!store || (await store.get('messages', body.messageId))) return
  await putMessage(store, questionOf({ ...item, body }, parent))
}
