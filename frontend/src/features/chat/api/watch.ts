/**
 * Watches the answers being written, for as long as the page lives: remembers which turns run, so that a reload follows
 * them again; measures wait and speed; asks again later where a Model did not wake in time.
 */
import type { Store } from '@/lib/offline/store'
import { isRunning, type TurnHub, type TurnInfo, type TurnState } from '@/lib/stream/turns'
import { figuresOf, rateOf, type Figures } from './read'

export const RUNNING = 'running-turns'
/** Then the person decides. */
export const MOST_AGAIN = 5

export interface WatchDeps {
  readonly turns: Pick<TurnHub, 'all' | 'subscribe' | 'attach' | 'drop'>
  readonly store: () => Promise<Store | null>
  /** Ids of turns that wait in the outbox: sending them follows them, so nobody else must. */
  readonly unsent: () => Promise<ReadonlySet<string>>
  readonly now: () => number
  readonly measured: (answerId: string, figures: Figures) => void
  readonly again: (turn: TurnState) => Promise<unknown>
}

const infoOf = ({ turnId, conversationId, messageId, answerId, model }: TurnInfo): TurnInfo => ({
  turnId,
  conversationId,
  messageId,
  answerId,
  model,
})

/** What this device saw of an ended answer; what the server says wins. */
export function measure(turn: TurnState, now: number): Figures {
  const told = figuresOf(turn.usage)
  const first = turn.firstWordAt
  const wait = first === null ? undefined : (first - turn.startedAt) / 1000
  const rate = first === null ? undefined : rateOf(told.answerTokens, now - first)
  return { ...told, wait: told.wait ?? wait, rate: told.rate ?? rate }
}

/** A Model that was still waking when the hold ended, or was too busy: the same question may be asked again. */
export function mayAskAgain(turn: TurnState): boolean {
  const { trouble } = turn
  return turn.phase === 'failed' && turn.text === '' && trouble?.retryAfter !== undefined && trouble.status === 503
}

export function createWatch(deps: WatchDeps) {
  const seen = new Map<string, boolean>()
  const tries = new Map<string, number>()

  async function remember(): Promise<void> {
    const running = deps.turns.all().filter(isRunning).map(infoOf)
    await (await deps.store())?.put('kv', running, RUNNING)
  }

  function ended(turn: TurnState): void {
    if (turn.phase !== 'failed') deps.measured(turn.answerId, measure(turn, deps.now()))
    const tried = tries.get(turn.messageId) ?? 0
    if (!mayAskAgain(turn)) return void tries.delete(turn.messageId)
    if (tried >= MOST_AGAIN) return
    tries.set(turn.messageId, tried + 1)
    void deps.again(turn).then(() => deps.turns.drop(turn.turnId))
  }

  function look(): void {
    let changed = false
    for (const turn of deps.turns.all()) {
      const running = isRunning(turn)
      if (seen.get(turn.turnId) === running) continue
      changed = true
      seen.set(turn.turnId, running)
      if (!running) ended(turn)
    }
    if (changed) void remember()
  }

  return {
    look,
    /** Follows again what ran when the page was left; then watches. */
    async start(): Promise<void> {
      const left = ((await (await deps.store())?.get('kv', RUNNING)) ?? []) as readonly TurnInfo[]
      const unsent = await deps.unsent()
      for (const info of left) if (!unsent.has(info.turnId)) deps.turns.attach(info)
      deps.turns.subscribe(look)
      look()
    },
  }
}
