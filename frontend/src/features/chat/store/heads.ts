/** Turns without their growing texts, and how they stand in for messages that the store does not have yet. */
import type { Trouble } from '@/lib/api/problem'
import type { Message } from '@/lib/offline/store'
import { isRunning, type TurnPhase, type TurnState } from '@/lib/stream/turns'

export interface TurnHead {
  readonly turnId: string
  readonly conversationId: string
  readonly messageId: string
  readonly answerId: string
  readonly model: string
  readonly phase: TurnPhase
  readonly running: boolean
  readonly trouble: Trouble | null
  readonly startedAt: number
}

function headOf(turn: TurnState): TurnHead {
  const { turnId, conversationId, messageId, answerId, model, phase, trouble, startedAt } = turn
  return {
    turnId,
    conversationId,
    messageId,
    answerId,
    model,
    phase,
    trouble,
    startedAt,
    running: isRunning(turn),
  }
}

const same = (a: TurnHead, b: TurnHead) => a.turnId === b.turnId && a.phase === b.phase

/** The heads of one conversation (or of all); `old` itself where nothing that matters changed. */
export function heads(
  old: readonly TurnHead[],
  turns: readonly TurnState[],
  conversation: string | undefined,
): readonly TurnHead[] {
  const fresh = turns.filter(turn => conversation === undefined || turn.conversationId === conversation).map(headOf)
  return fresh.length === old.length && fresh.every((head, at) => same(head, old[at] as TurnHead)) ? old : fresh
}

/** Whether the store's row says all that the turn knew: the reason of a failure comes with the server's own row. */
export function isKept(message: Message, head: TurnHead): boolean {
  return message.status !== 'streaming' && (message.rev > 0 || head.phase !== 'failed')
}

function placeholder(head: TurnHead): Message {
  return {
    id: head.answerId,
    conversation_id: head.conversationId,
    parent_id: head.messageId,
    role: 'assistant',
    parts: [],
    status: head.running ? 'streaming' : 'failed',
    model: head.model,
    usage: null,
    error: null,
    rating: null,
    created_at: new Date(head.startedAt).toISOString(),
    rev: 0,
  }
}

/** The store's messages and, for answers that it does not have yet, places to write them in. */
export function withTurns(messages: readonly Message[], turns: readonly TurnHead[]): readonly Message[] {
  const known = new Set(messages.map(message => message.id))
  // An answer needs its question: until that is in the store, the waiting send stands for both.
  const missing = turns.filter(head => !known.has(head.answerId) && known.has(head.messageId))
  return missing.length === 0 ? messages : [...messages, ...missing.map(placeholder)]
}

/** The turn that an answer is drawn from: a running one, or one whose end is not in the store yet. */
export function turnFor(message: Message, turns: readonly TurnHead[]): TurnHead | undefined {
  const head = turns.find(one => one.answerId === message.id)
  if (!head) return undefined
  return head.running || !isKept(message, head) ? head : undefined
}

/** Ended turns whose answers are in the store. */
export function keptTurns(messages: readonly Message[], turns: readonly TurnHead[]): string[] {
  const ended = turns.filter(head => !head.running)
  if (ended.length === 0) return []
  const byId = new Map(messages.map(message => [message.id, message]))
  return ended
    .filter(head => {
      const message = byId.get(head.answerId)
      return message !== undefined && isKept(message, head)
    })
    .map(head => head.turnId)
}
