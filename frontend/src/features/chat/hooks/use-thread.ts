import { useEffect, useMemo, useRef } from 'react'
import { useOnline } from '@/lib/api/use-online'
import type { OutboxItem } from '@/lib/offline/outbox'
import { runtime } from '@/lib/runtime/runtime'
import { useChat } from '../store/chat-store'
import { keptTurns, turnFor, withTurns, type TurnHead } from '../store/heads'
import { isSend, placed, sendsOf, type Queued, type Send } from '../store/queue'
import { branchCount, pathOf, type Choices, type Step } from '../store/thread'
import { useMessages, type Messages } from './use-messages'
import { useTurnHeads } from './use-turns'

/** One line of the thread. */
export type Entry =
  | { readonly kind: 'question'; readonly key: string; readonly step: Step }
  | { readonly kind: 'answer'; readonly key: string; readonly step: Step; readonly turnId: string | undefined }
  | { readonly kind: 'waiting'; readonly key: string; readonly send: Send }
  | { readonly kind: 'again'; readonly key: string; readonly send: Send }

export interface ThreadState extends Omit<Messages, 'messages'> {
  readonly loaded: boolean
  readonly path: readonly Step[]
  readonly entries: readonly Entry[]
  readonly branches: number
  readonly queued: Queued
  /** The turn being answered on this device. */
  readonly running: TurnHead | undefined
  readonly sends: readonly Send[]
  /** A change of the conversation that the server refused; everything behind it waits. */
  readonly refused: OutboxItem | undefined
}

const NO_CHOICES: Choices = {}
const NO_MESSAGES: readonly never[] = []

/** A second try that goes at once needs no card of its own. */
const isHeldBack = (again: Send, online: boolean) =>
  again.state !== 'sending' && (again.state === 'needs_you' || again.nextAt > 0 || !online)

function entriesOf(path: readonly Step[], turns: readonly TurnHead[], queued: Queued, online: boolean): Entry[] {
  const again = queued.again
  const shown = path.filter(step => !(again && hiddenBy(step, again)))
  const entries: Entry[] = shown.map(step =>
    step.message.role === 'user'
      ? { kind: 'question', key: step.message.id, step }
      : { kind: 'answer', key: step.message.id, step, turnId: turnFor(step.message, turns)?.turnId },
  )
  if (again && isHeldBack(again, online)) entries.push({ kind: 'again', key: again.id, send: again })
  return [...entries, ...queued.inThread.map(send => ({ kind: 'waiting' as const, key: send.body.messageId, send }))]
}

/** The empty failure that a waiting second try replaces. */
function hiddenBy({ message }: Step, again: Send): boolean {
  return (
    message.role === 'assistant' &&
    message.parent_id === again.body.messageId &&
    message.parts.every(part => part.text === '')
  )
}

/** Everything a thread shows: the store's messages, the answers being written, what waits to be sent. */
export function useThread(conversation: string, outbox: readonly OutboxItem[]): ThreadState {
  const online = useOnline()
  const { messages, trouble, retry } = useMessages(conversation)
  const turns = useTurnHeads(conversation)
  const choices = useChat(state => state.choices[conversation]) ?? NO_CHOICES
  const all = useMemo(() => withTurns(messages ?? NO_MESSAGES, turns), [messages, turns])
  const path = useSteady(useMemo(() => pathOf(all, choices), [all, choices]))
  const branches = useMemo(() => branchCount(all), [all])
  const running = turns.find(turn => turn.running)
  const sends = useMemo(() => sendsOf(outbox, conversation), [outbox, conversation])
  const refused = outbox.find(item => item.queue === conversation && item.state === 'needs_you' && !isSend(item))
  const queued = useMemo(() => placed(sends, running !== undefined), [sends, running])
  const known = useMemo(() => new Set(all.map(message => message.id)), [all])
  const fresh = useMemo(
    () => ({ ...queued, inThread: queued.inThread.filter(send => !known.has(send.body.messageId)) }),
    [queued, known],
  )
  const entries = useMemo(() => entriesOf(path, turns, fresh, online), [path, turns, fresh, online])
  useEffect(() => {
    for (const id of keptTurns(messages ?? NO_MESSAGES, turns)) runtime().turns.drop(id)
  }, [messages, turns])
  const loaded = messages !== undefined
  return { loaded, trouble, retry, path, entries, branches, queued: fresh, running, sends, refused }
}

/** Steps that did not change keep their identity, so that their messages are not drawn again. */
function useSteady(path: readonly Step[]): readonly Step[] {
  const kept = useRef<ReadonlyMap<string, Step>>(new Map())
  return useMemo(() => {
    const steady = path.map(step => {
      const old = kept.current.get(step.message.id)
      return old?.message === step.message && old.siblings.join() === step.siblings.join() ? old : step
    })
    kept.current = new Map(steady.map(step => [step.message.id, step]))
    return steady
  }, [path])
}
