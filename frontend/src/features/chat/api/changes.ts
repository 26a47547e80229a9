/**
 * Everything that changes a conversation. The device's copy changes at once, the server's by the outbox, so that online
 * and offline are one path.
 */
import { idBehind, uuid7 } from '@/lib/ids/uuid7'
import type { MutationKind, OutboxItem, SendBody } from '@/lib/offline/outbox'
import type { Outbox } from '@/lib/offline/outbox-runner'
import { currentStore, type Conversation, type Store } from '@/lib/offline/store'
import { runtime } from '@/lib/runtime/runtime'
import type { TurnState } from '@/lib/stream/turns'
import { titleFrom } from '../store/groups'
import type { Send } from '../store/queue'
import { rawParams, type Params } from './read'

export interface Ports {
  readonly store: () => Promise<Store | null>
  readonly outbox: Pick<Outbox, 'add' | 'cancel' | 'edit' | 'retarget' | 'items'>
  readonly tell: (ids: ReadonlySet<string>) => void
  readonly now: () => number
}

export const ports = (): Ports => ({
  store: currentStore,
  outbox: runtime().outbox,
  tell: ids => runtime().sync.tell(ids),
  now: Date.now,
})

async function patch(to: Ports, id: string, fields: Partial<Conversation>): Promise<Conversation | undefined> {
  const store = await to.store()
  const row = await store?.get('conversations', id)
  if (store && row) await store.put('conversations', { ...row, ...fields })
  to.tell(new Set([id]))
  return row
}

async function mutate(
  to: Ports,
  kind: MutationKind,
  id: string,
  fields: Record<string, unknown>,
  base: Conversation | undefined,
): Promise<void> {
  await to.outbox.add(id, { type: 'mutation', kind, target: id, baseRev: base?.rev ?? null, fields })
}

export async function rename(to: Ports, id: string, title: string): Promise<void> {
  const row = await patch(to, id, { title })
  await mutate(to, 'rename', id, { title }, row)
}

export async function pin(to: Ports, id: string, pinned: boolean): Promise<void> {
  const row = await patch(to, id, { pinned })
  await mutate(to, 'pin', id, { pinned }, row)
}

export async function setParams(to: Ports, id: string, params: Params): Promise<void> {
  const raw = rawParams(params)
  const row = await patch(to, id, { params: raw })
  await mutate(to, 'params', id, { params: raw }, row)
}

/** Its waiting sends go with it: nobody could read their answers. */
export async function remove(to: Ports, id: string): Promise<void> {
  const store = await to.store()
  const row = await store?.get('conversations', id)
  const waiting = (await to.outbox.items()).filter(item => item.queue === id)
  for (const item of waiting) await to.outbox.cancel(item.id)
  if (store) {
    const tx = store.transaction(['conversations', 'messages'], 'readwrite')
    await tx.objectStore('conversations').delete(id)
    const index = tx.objectStore('messages').index('byConversation')
    for (const key of await index.getAllKeys(IDBKeyRange.bound([id, ''], [id, '￿'])))
      await tx.objectStore('messages').delete(key)
    await tx.done
  }
  to.tell(new Set([id]))
  await mutate(to, 'delete', id, {}, row)
}

export interface Question {
  readonly text: string
  readonly model: string
  readonly params: Params
  /** The message it follows; null: whatever is newest when it goes. */
  readonly parentId: string | null
  /** At the top: the first question, or one beside it. */
  readonly root?: boolean
}

/** Returns the question's id. */
export async function ask(to: Ports, conversation: string, question: Question): Promise<string> {
  const messageId = uuid7()
  const body: SendBody = {
    type: 'send',
    text: question.text,
    model: question.model,
    messageId,
    answerId: uuid7(),
    parentId: question.parentId,
    params: rawParams(question.params),
    ...(question.root && { root: true }),
  }
  await patch(to, conversation, { last_message_at: new Date(to.now()).toISOString(), model: question.model })
  await to.outbox.add(conversation, body)
  return messageId
}

/** A conversation that did not exist, with its first question. Returns its id. */
export async function begin(to: Ports, question: Question): Promise<string> {
  const id = uuid7()
  const at = new Date(to.now()).toISOString()
  const fields = { title: titleFrom(question.text), model: question.model, params: rawParams(question.params) }
  const row: Conversation = {
    ...fields,
    id,
    folder: null,
    pinned: false,
    archived: false,
    created_at: at,
    updated_at: at,
    last_message_at: at,
    rev: 0,
  }
  await (await to.store())?.put('conversations', row)
  await mutate(to, 'create', id, fields, undefined)
  await ask(to, id, { ...question, root: true })
  return id
}

/** Another answer to the same question: a sibling, the old one stays. Returns the answer's id. */
export async function regenerate(
  to: Ports,
  conversation: string,
  question: { id: string; model: string; params: Params },
): Promise<string> {
  const answerId = uuid7()
  await to.outbox.add(conversation, {
    type: 'send',
    text: '',
    model: question.model,
    messageId: question.id,
    answerId,
    parentId: question.id,
    params: rawParams(question.params),
    regenerate: true,
  })
  return answerId
}

/** The same question once more when the Model should be awake: keeps its place before what queued behind it. */
export async function askAgainLater(to: Ports, turn: TurnState, params: Record<string, unknown>): Promise<OutboxItem> {
  const body: SendBody = {
    type: 'send',
    text: '',
    model: turn.model,
    messageId: turn.messageId,
    answerId: idBehind(turn.answerId),
    parentId: turn.messageId,
    params,
    regenerate: true,
  }
  const nextAt = to.now() + (turn.trouble?.retryAfter ?? 15) * 1000
  const later = turn.trouble ? { nextAt, trouble: turn.trouble } : { nextAt }
  return to.outbox.add(turn.conversationId, body, idBehind(turn.turnId), later)
}

/** Two waiting messages change places: their words do, their ids keep the order of sending. */
export async function swap(to: Ports, a: Send, b: Send): Promise<void> {
  await to.outbox.edit(a.id, b.body.text)
  await to.outbox.edit(b.id, a.body.text)
  if (a.body.model === b.body.model) return
  await to.outbox.retarget(a.id, b.body.model)
  await to.outbox.retarget(b.id, a.body.model)
}

/** What waits for a conversation that another device deleted becomes a new one. Returns its id. */
export async function moveToNew(to: Ports, sends: readonly Send[]): Promise<string | undefined> {
  const [first, ...rest] = sends.filter(send => !send.body.regenerate)
  if (!first) return undefined
  const question = (send: Send): Question => ({
    text: send.body.text,
    model: send.body.model,
    params: {},
    parentId: null,
  })
  const id = await begin(to, question(first))
  for (const send of rest) await ask(to, id, question(send))
  for (const item of await to.outbox.items()) if (item.queue === first.queue) await to.outbox.cancel(item.id)
  return id
}
