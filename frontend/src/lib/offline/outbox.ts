/**
 * What waits to be sent. Decisions are pure; `outbox-runner.ts` acts. First in, first out per conversation; a failure
 * stops that conversation's queue only. An item's id is its `op_id`, turn id and `Idempotency-Key`, so that sending it
 * twice does it once.
 */
import { passes, type Trouble } from '../api/problem'

export type MutationKind = 'create' | 'rename' | 'pin' | 'archive' | 'folder' | 'delete' | 'rate' | 'params'

export interface SendBody {
  readonly type: 'send'
  readonly text: string
  readonly model: string
  readonly messageId: string
  readonly answerId: string
  /** Null: under the newest leaf at the time of sending. */
  readonly parentId: string | null
  /** At the top, as the first question or beside it; then `parentId` is null. */
  readonly root?: boolean
  readonly params?: Readonly<Record<string, unknown>>
  /** Only the answer is wanted anew, under this question. */
  readonly regenerate?: boolean
}

export interface MutationBody {
  readonly type: 'mutation'
  readonly kind: MutationKind
  /** What it changes: a conversation's id, or a message's for `rate`. */
  readonly target: string
  readonly baseRev: number | null
  readonly fields: Readonly<Record<string, unknown>>
}

export type OutboxState = 'waiting' | 'sending' | 'needs_you'

export interface OutboxItem {
  readonly id: string
  /** The conversation. */
  readonly queue: string
  readonly body: SendBody | MutationBody
  readonly state: OutboxState
  /** Milliseconds. */
  readonly createdAt: number
  readonly nextAt: number
  readonly tries: number
  readonly trouble?: Trouble
  /** The person was asked, because it is older than a day, and wants it sent. */
  readonly confirmed?: boolean
}

export const MOST_ITEMS = 500
export const MOST_MUTATIONS = 200
export const OLD_MS = 24 * 3_600_000
export const OLD_CODE = 'old'

/**
 * Without what no database and no strict JSON takes: the character U+0000, which texts pasted from other programs hold
 * unseen, and halves of characters, which a cut leaves. What was typed around them is not refused for their sake.
 */
export function storable<T>(body: T): T {
  const clean = (_: string, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value
  return JSON.parse(JSON.stringify(body, clean)) as T
}

/** 1, 2, 4 … 60 s; what the server asked for when that is longer. */
export function backoff(tries: number, retryAfter = 0): number {
  return Math.max(Math.min(60_000, 1000 * 2 ** Math.max(0, tries - 1)), retryAfter * 1000)
}

function queues(items: readonly OutboxItem[]): Map<string, OutboxItem[]> {
  const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return Map.groupBy(sorted, item => item.queue)
}

const isOld = (item: OutboxItem, now: number) => !item.confirmed && now - item.createdAt >= OLD_MS

/** The leading items that must be asked about before they may go. */
export function overdue(items: readonly OutboxItem[], now: number): OutboxItem[] {
  const heads = [...queues(items).values()].map(queue => queue[0] as OutboxItem)
  return heads.filter(item => item.state === 'waiting' && isOld(item, now)).map(item => needsYou(item, OLD))
}

const OLD: Trouble = { what: '', whose: 'you', code: OLD_CODE, status: 0, fields: [], details: {} }

export interface Due {
  readonly sends: readonly OutboxItem[]
  /** At most 200, in order, from one or more queues. */
  readonly mutations: readonly OutboxItem[]
}

/** What may go now. `busy`: conversations in which an answer is still being written, where a send has to wait. */
export function due(items: readonly OutboxItem[], now: number, busy: ReadonlySet<string>): Due {
  const sends: OutboxItem[] = []
  const mutations: OutboxItem[] = []
  for (const queue of queues(items).values()) {
    const stop = queue.findIndex(item => item.state !== 'waiting' || item.nextAt > now || isOld(item, now))
    const ready = stop < 0 ? queue : queue.slice(0, stop)
    const firstSend = ready.findIndex(item => item.body.type === 'send')
    mutations.push(...(firstSend < 0 ? ready : ready.slice(0, firstSend)))
    const send = firstSend === 0 ? ready[0] : undefined
    if (send && !busy.has(send.queue)) sends.push(send)
  }
  return { sends, mutations: mutations.slice(0, MOST_MUTATIONS) }
}

/** When to look again, in ms from now; undefined: nothing waits for time alone. */
export function nextWake(items: readonly OutboxItem[], now: number): number | undefined {
  const times = items.filter(item => item.state === 'waiting' && item.nextAt > now).map(item => item.nextAt - now)
  return times.length ? Math.min(...times) : undefined
}

export function sending(item: OutboxItem): OutboxItem {
  const { trouble: _, ...rest } = item
  return { ...rest, state: 'sending' }
}

/** The item after a failed try: waiting again when it may pass by itself, else in the person's hands. */
export function failed(item: OutboxItem, trouble: Trouble, now: number): OutboxItem {
  if (!passes(trouble)) return needsYou(item, trouble)
  const tries = item.tries + 1
  return { ...item, state: 'waiting', tries, trouble, nextAt: now + backoff(tries, trouble.retryAfter) }
}

function needsYou(item: OutboxItem, trouble: Trouble): OutboxItem {
  return { ...item, state: 'needs_you', trouble }
}

/** The person says: try again, or send it although it is old. */
export function again(item: OutboxItem, now: number): OutboxItem {
  const { trouble: _, ...rest } = item
  return { ...rest, state: 'waiting', nextAt: now, tries: 0, confirmed: true }
}

/** After a crash of the tab that was sending: the id makes a second sending harmless. */
export function recovered(items: readonly OutboxItem[]): OutboxItem[] {
  return items.filter(item => item.state === 'sending').map(item => ({ ...item, state: 'waiting' as const }))
}
