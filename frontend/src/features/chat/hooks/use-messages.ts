import { useCallback, useEffect, useRef, useState } from 'react'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { isOnline } from '@/lib/api/connectivity'
import { useAuth } from '@/lib/auth/use-auth'
import type { Message } from '@/lib/offline/store'
import { answerOf, questionOf } from '@/lib/runtime/local-rows'
import { runtime } from '@/lib/runtime/runtime'
import { messagesOf, storedMessage } from '../api/source'
import { isRunning, type TurnState } from '@/lib/stream/turns'
import { sendsOf, type Send } from '../store/queue'

export interface Messages {
  /** Undefined while they are read for the first time. */
  readonly messages: readonly Message[] | undefined
  readonly trouble: Trouble | undefined
  readonly retry: () => void
}

/** Unchanged rows keep their identity, so that only what changed is drawn again. */
export function merged(old: readonly Message[] | undefined, fresh: readonly Message[]): readonly Message[] {
  if (!old) return fresh
  const before = new Map(old.map(message => [message.id, message]))
  const rows = fresh.map(message => {
    const known = before.get(message.id)
    return known && known.rev === message.rev && known.status === message.status && message.status !== 'streaming'
      ? known
      : message
  })
  // A message that this device wrote a moment ago may be younger than what was read.
  const read = new Set(fresh.map(message => message.id))
  const young = old.filter(message => message.rev === 0 && !read.has(message.id))
  const all = young.length ? withMessages(rows, young) : rows
  return all.length === old.length && all.every((row, at) => row === old[at]) ? old : all
}

/** Adds or replaces single messages. */
export function withMessages(old: readonly Message[], more: readonly Message[]): readonly Message[] {
  const ids = new Set(more.map(message => message.id))
  return [...old.filter(message => !ids.has(message.id)), ...more].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A conversation's messages as the device has them; `isNew`: the server does not know it yet. */
export function useMessages(conversation: string): Messages {
  const { status } = useAuth()
  const [messages, setMessages] = useState<readonly Message[]>()
  const [trouble, setTrouble] = useState<Trouble>()
  const open = useRef(true)
  const reload = useCallback(
    async (fetchMissing: boolean) => {
      try {
        const items = await runtime().outbox.items()
        const unborn = items.some(item => item.queue === conversation)
        const fresh = await messagesOf(conversation, fetchMissing && !unborn && isOnline())
        if (!open.current) return
        setMessages(old => merged(old, fresh))
        setTrouble(undefined)
      } catch (error) {
        if (open.current) setTrouble(toTrouble(error))
      }
    },
    [conversation],
  )
  useEffect(() => {
    if (status !== 'signedIn' && status !== 'offline') return
    open.current = true
    void reload(true)
    const off = runtime().sync.onChange(ids => (ids.has(conversation) ? void reload(false) : undefined))
    return () => {
      open.current = false
      off()
    }
  }, [status, conversation, reload])
  useTail(conversation, setMessages)
  return { messages, trouble, retry: useCallback(() => void reload(true), [reload]) }
}

type SetMessages = (change: (old: readonly Message[] | undefined) => readonly Message[] | undefined) => void

/** What this device just sent or finished, read by itself: a long conversation is not read again for one message. */
function useTail(conversation: string, setMessages: SetMessages): void {
  useEffect(() => {
    const add = (row: Message | undefined, local: (old: readonly Message[]) => Message) =>
      setMessages(old => withMessages(old ?? [], [row ?? local(old ?? [])]))
    const taken = async (send: Send) => {
      const row = await storedMessage(send.body.messageId)
      add(row, old => questionOf(send, old.at(-1)?.id ?? null))
    }
    const ended = async (turn: TurnState) => add(await storedMessage(turn.answerId), () => answerOf(turn))
    const offOutbox = watchTaken(conversation, send => void taken(send))
    const offTurns = watchEnded(conversation, turn => void ended(turn))
    return () => {
      offOutbox()
      offTurns()
    }
  }, [conversation, setMessages])
}

/** Sends that left the outbox because the server took them, not because they were cancelled: they were being sent. */
function watchTaken(conversation: string, taken: (send: Send) => void): () => void {
  let before = new Map<string, Send>()
  return runtime().outbox.subscribe(items => {
    const now = new Map(sendsOf(items, conversation).map(send => [send.id, send]))
    for (const [id, send] of before) if (!now.has(id) && send.state === 'sending' && !send.body.regenerate) taken(send)
    before = now
  })
}

function watchEnded(conversation: string, ended: (turn: TurnState) => void): () => void {
  const seen = new Set<string>()
  return runtime().turns.subscribe(() => {
    for (const turn of runtime().turns.all()) {
      if (turn.conversationId !== conversation || isRunning(turn) || seen.has(turn.turnId)) continue
      seen.add(turn.turnId)
      ended(turn)
    }
  })
}
