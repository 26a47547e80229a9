import { expect, it, vi } from 'vitest'
import { fromProblem } from '@/lib/api/problem'
import { createOutbox } from '@/lib/offline/outbox-runner'
import { openStore } from '@/lib/offline/store'
import { toTrouble } from '@/lib/api/problem'
import { send } from '../features/chat/made'

it('sends what failed for want of a connection as soon as there is one, and leaves a server’s pause alone', async () => {
  const store = await openStore('t', 'u')
  const cutOff = send('1', { nextAt: 60_000, trouble: toTrouble(new TypeError('network')) })
  const asked = send('2', { queue: 'd', nextAt: 60_000, trouble: fromProblem(503, {}) })
  await store.put('outbox', cutOff)
  await store.put('outbox', asked)
  const sent = vi.fn(async () => undefined)
  const outbox = createOutbox({
    store: async () => store,
    send: sent,
    push: async () => [],
    busy: () => new Set(),
    now: () => 1000,
    locks: navigator.locks,
    wake: () => undefined,
  })
  await outbox.hurry()
  expect(sent).toHaveBeenCalledTimes(1)
  expect((await outbox.items()).map(item => item.id)).toEqual(['2'])
})
