import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createWatch, mayAskAgain, measure, MOST_AGAIN, RUNNING, type WatchDeps } from '@/features/chat/api/watch'
import { fromProblem } from '@/lib/api/problem'
import { openStore, type Store } from '@/lib/offline/store'
import type { TurnState } from '@/lib/stream/turns'
import { turn } from '../made'

const ASLEEP = fromProblem(503, { code: 'model_loading', retry_after: 9 })
let store: Store
let turns: TurnState[]
let look: () => void
let deps: WatchDeps

beforeEach(async () => {
  store = await openStore('t', 'u')
  turns = []
  deps = {
    turns: {
      all: () => turns,
      subscribe: listener => ((look = listener), () => undefined),
      attach: vi.fn(),
      drop: vi.fn(),
    },
    store: async () => store,
    unsent: async () => new Set(['unsent']),
    now: () => 3000,
    measured: vi.fn(),
    again: vi.fn(async () => undefined),
  }
})

const remembered = async () => ((await store.get('kv', RUNNING)) as TurnState[]).map(one => one.turnId)

describe('the watch over answers', () => {
  it('remembers which run, and forgets them at their end', async () => {
    await createWatch(deps).start()
    turns = [turn('1'), turn('2', { phase: 'done' })]
    look()
    await vi.waitFor(async () => expect(await remembered()).toEqual(['1']))
    turns = [turn('1', { phase: 'done' })]
    look()
    await vi.waitFor(async () => expect(await remembered()).toEqual([]))
  })

  it('follows again what ran when the page was left, but not what is about to be sent', async () => {
    await store.put('kv', [turn('1'), turn('unsent')], RUNNING)
    await createWatch(deps).start()
    expect(deps.turns.attach).toHaveBeenCalledTimes(1)
    expect(deps.turns.attach).toHaveBeenCalledWith(expect.objectContaining({ turnId: '1', answerId: '1-a' }))
  })

  it('begins where nothing is kept', async () => {
    await createWatch({ ...deps, store: async () => null }).start()
    turns = [turn('1')]
    look()
    expect(deps.turns.attach).not.toHaveBeenCalled()
  })

  it('measures an answer once', async () => {
    await createWatch(deps).start()
    turns = [turn('1', { phase: 'done', firstWordAt: 2000, usage: { completion_tokens: 10 } })]
    look()
    look()
    expect(deps.measured).toHaveBeenCalledTimes(1)
    expect(deps.measured).toHaveBeenCalledWith('1-a', expect.objectContaining({ wait: 1, rate: 10 }))
  })

  it('asks again later where the Model did not wake in time, and drops the failed try', async () => {
    await createWatch(deps).start()
    turns = [turn('1', { phase: 'failed', trouble: ASLEEP })]
    look()
    await vi.waitFor(() => expect(deps.turns.drop).toHaveBeenCalledWith('1'))
    expect(deps.again).toHaveBeenCalledTimes(1)
  })

  it('gives up after five tries in a row, and counts anew after an answer', async () => {
    await createWatch(deps).start()
    const tries = (from: number, n: number) => {
      for (let at = from; at < from + n; at++) {
        turns = [turn(String(at), { messageId: 'q', phase: 'failed', trouble: ASLEEP })]
        look()
      }
    }
    tries(0, MOST_AGAIN + 2)
    expect(deps.again).toHaveBeenCalledTimes(MOST_AGAIN)
    turns = [turn('done', { messageId: 'q', phase: 'done' })]
    look()
    tries(100, 1)
    expect(deps.again).toHaveBeenCalledTimes(MOST_AGAIN + 1)
  })
})

describe('one answer', () => {
  it('may be asked again only where waiting helps and no word came', () => {
    expect(mayAskAgain(turn('1', { phase: 'failed', trouble: ASLEEP }))).toBe(true)
    expect(mayAskAgain(turn('1', { phase: 'done', trouble: ASLEEP }))).toBe(false)
    expect(mayAskAgain(turn('1', { phase: 'failed', trouble: ASLEEP, text: 'x' }))).toBe(false)
    expect(mayAskAgain(turn('1', { phase: 'failed' }))).toBe(false)
    expect(mayAskAgain(turn('1', { phase: 'failed', trouble: fromProblem(503, {}) }))).toBe(false)
    expect(mayAskAgain(turn('1', { phase: 'failed', trouble: fromProblem(502, { retry_after: 1 }) }))).toBe(false)
  })

  it('is measured by the server’s figures where it gives them', () => {
    const usage = { completion_tokens: 10, ttft_ms: 400, tokens_per_second: 7 }
    expect(measure(turn('1', { usage, firstWordAt: 2000 }), 3000)).toMatchObject({ wait: 0.4, rate: 7 })
    expect(measure(turn('1'), 3000)).toMatchObject({ wait: undefined, rate: undefined })
  })
})
