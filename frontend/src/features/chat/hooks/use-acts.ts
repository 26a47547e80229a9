import { useMemo, useRef } from 'react'
import { toast } from '@/components/ui/toast'
import { t } from '@/lib/i18n/t'
import { OutboxFull } from '@/lib/offline/outbox-runner'
import type { Message } from '@/lib/offline/store'
import { usePrefs } from '@/lib/prefs/prefs'
import { moveTo } from '@/lib/route/segment'
import { runtime } from '@/lib/runtime/runtime'
import { ask, begin, ports, regenerate, swap } from '../api/changes'
import type { Params } from '../api/read'
import { NEW, useChat } from '../store/chat-store'
import type { Send } from '../store/queue'
import { forkOf, TOP, type Step } from '../store/thread'
import type { ThreadState } from './use-thread'

export interface ActsContext {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly params: Params
  readonly thread: ThreadState | undefined
  /** Follows the end again: the reader's own words are always seen. */
  readonly jump: () => void
  /** Puts a text into the composer. */
  readonly put: (text: string) => void
  readonly setEditing: (id: string | undefined) => void
}

export type Acts = ReturnType<typeof createActs>

const full = (error: unknown) => {
  if (!(error instanceof OutboxFull)) throw error
  toast(t('500 messages wait already. Send or discard some first; this one is kept in the field.'))
}

function createActs(now: () => ActsContext) {
  const choose = (fork: string, child: string) => {
    const { id } = now()
    if (id) useChat.getState().choose(id, fork, child)
  }

  async function send(text: string): Promise<void> {
    const { id, model = '', params, thread, jump, put } = now()
    usePrefs.getState().set({ lastModel: model })
    jump()
    try {
      if (!id) {
        const made = await begin(ports(), { text, model, params, parentId: null })
        useChat.getState().begin(made)
        moveTo(`/chat/${made}`, 'replace')
        return
      }
      // Behind an answer or another waiting message the place is known only when it goes.
      const free = thread && !thread.running && thread.sends.length === 0
      const parentId = free ? (thread.path.at(-1)?.message.id ?? null) : null
      await ask(ports(), id, { text, model, params, parentId })
    } catch (error) {
      put(text)
      full(error)
    }
  }

  async function edit(step: Step, text: string): Promise<void> {
    const { id, model = '', params, jump } = now()
    if (!id) return
    const parentId = step.message.parent_id
    const root = parentId === null
    const made = await ask(ports(), id, { text, model, params, parentId, ...(root && { root }) })
    choose(parentId ?? TOP, made)
    jump()
  }

  async function again(answer: Message, other?: string): Promise<void> {
    const { id, params, model } = now()
    if (!id || answer.parent_id === null) return
    const wanted = other ?? model ?? answer.model ?? ''
    const made = await regenerate(ports(), id, { id: answer.parent_id, model: wanted, params })
    choose(answer.parent_id, made)
  }

  async function takeBack(item: Send): Promise<void> {
    await runtime().outbox.cancel(item.id)
    const left = await runtime().outbox.items()
    if (!left.some(one => one.id === item.id)) now().put(item.body.text)
  }

  return {
    send: (text: string) => void send(text),
    edit: (step: Step, text: string) => void edit(step, text),
    editing: (id: string | undefined) => now().setEditing(id),
    regenerate: (answer: Message, model?: string) => void again(answer, model),
    /** Another Model instead of one that is still waking. */
    instead: (turnId: string, answer: Message, model: string) => {
      void runtime()
        .turns.stop(turnId)
        .catch(() => undefined)
      useChat.getState().pick(now().id ?? NEW, model)
      void again(answer, model)
    },
    insteadOf: (item: Send, model: string) => {
      useChat.getState().pick(item.queue, model)
      void runtime().outbox.retarget(item.id, model)
    },
    choose: (step: Step, child: string) => {
      const path = now().thread?.path ?? []
      choose(forkOf(path, path.indexOf(step)), child)
    },
    stop: () => {
      const running = now().thread?.running
      if (running)
        void runtime()
          .turns.stop(running.turnId)
          .catch(() => toast(t('Stopping did not reach the cluster. Try once more.')))
    },
    cancel: (item: Send) => void runtime().outbox.cancel(item.id),
    takeBack: (item: Send) => void takeBack(item),
    retry: (item: Send) => void runtime().outbox.retry(item.id),
    retarget: (item: Send) => void runtime().outbox.retarget(item.id, now().model ?? item.body.model),
    up: (item: Send, before: Send) => void swap(ports(), item, before),
  }
}

/** The same functions for as long as the thread is open; they read what is current when they are called. */
export function useActs(context: ActsContext): Acts {
  const latest = useRef(context)
  latest.current = context
  return useMemo(() => createActs(() => latest.current), [])
}
