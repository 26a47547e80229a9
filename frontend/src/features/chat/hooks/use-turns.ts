import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react'
import { useAuth } from '@/lib/auth/use-auth'
import { currentStore } from '@/lib/offline/store'
import { runtime } from '@/lib/runtime/runtime'
import { isRunning, type TurnState } from '@/lib/stream/turns'
import { askAgainLater, ports } from '../api/changes'
import { createWatch } from '../api/watch'
import { useChat } from '../store/chat-store'
import { heads, type TurnHead } from '../store/heads'

const NONE: readonly TurnHead[] = []
const never = () => () => undefined

/** Turns without their texts: changes when one begins, changes phase or ends, not with each word. */
export function useTurnHeads(conversation?: string): readonly TurnHead[] {
  const kept = useRef<readonly TurnHead[]>(NONE)
  const read = useCallback(() => {
    kept.current = heads(kept.current, runtime().turns.all(), conversation)
    return kept.current
  }, [conversation])
  return useSyncExternalStore(typeof window === 'undefined' ? never : subscribeTurns, read, () => NONE)
}

const subscribeTurns = (listener: () => void) => runtime().turns.subscribe(listener)

/** One turn with its text, once a frame. */
export function useTurn(turnId: string | undefined): TurnState | undefined {
  const read = useCallback(() => (turnId ? runtime().turns.get(turnId) : undefined), [turnId])
  return useSyncExternalStore(turnId ? subscribeTurns : never, read, () => undefined)
}

let watching: object | undefined

/** Begins to watch, once per signed-in page. */
export function useWatch(): void {
  const { status } = useAuth()
  useEffect(() => {
    const { turns, outbox } = runtime()
    if ((status !== 'signedIn' && status !== 'offline') || watching === turns) return
    watching = turns
    const watch = createWatch({
      turns,
      store: currentStore,
      unsent: async () => new Set((await outbox.items()).map(item => item.id)),
      now: Date.now,
      measured: useChat.getState().measured,
      again: turn => askAgainLater(ports(), turn, {}),
    })
    void watch.start()
  }, [status])
}

export { isRunning }
