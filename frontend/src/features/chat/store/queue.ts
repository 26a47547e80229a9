/** What waits to be sent in one conversation, and where it is shown. Pure. */
import { OLD_CODE, type OutboxItem, type SendBody } from '@/lib/offline/outbox'

export interface Send extends OutboxItem {
  readonly body: SendBody
}

export const isSend = (item: OutboxItem): item is Send => item.body.type === 'send'

/** The sends of a conversation in the order in which they go. */
export function sendsOf(items: readonly OutboxItem[], conversation: string): Send[] {
  return items
    .filter(item => item.queue === conversation)
    .filter(isSend)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

export interface Queued {
  /** Shown as the reader's words at the thread's end. */
  readonly inThread: readonly Send[]
  /** Shown at the composer: they wait for the answer that is being written. */
  readonly behind: readonly Send[]
  /** An answer that is asked for again: shown in the answer's place. */
  readonly again: Send | undefined
}

/** While an answer is being written, what waits stands at the composer; else it is the thread's end already. */
export function placed(sends: readonly Send[], answering: boolean): Queued {
  const again = sends.find(send => send.body.regenerate)
  const rest = sends.filter(send => !send.body.regenerate)
  const first = answering || again ? rest.filter(send => send.state === 'sending') : rest
  return { again, inThread: first, behind: rest.filter(send => !first.includes(send)) }
}

export type Wait = 'sending' | 'offline' | 'old' | 'trouble' | 'retry' | 'turn'

/** Why a send has not gone yet. */
export function waitOf(send: Send, online: boolean): Wait {
  if (send.state === 'sending') return 'sending'
  if (send.state === 'needs_you') return send.trouble?.code === OLD_CODE ? 'old' : 'trouble'
  if (!online) return 'offline'
  return send.nextAt > 0 ? 'retry' : 'turn'
}

/** Whether only another Model helps: the one asked for is gone, or not for this person. */
export function needsModel(send: Send): boolean {
  return send.state === 'needs_you' && [403, 404].includes(send.trouble?.status ?? 0)
}
