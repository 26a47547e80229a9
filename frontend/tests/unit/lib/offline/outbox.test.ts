import { describe, expect, it } from 'vitest'
import { backoff, due, failed, MOST_MUTATIONS, nextWake, OLD_MS, overdue, type OutboxItem } from '@/lib/offline/outbox'
import { fromProblem } from '@/lib/api/problem'

let made = 0
function item(queue: string, change: Partial<OutboxItem> = {}, type: 'send' | 'mutation' = 'send'): OutboxItem {
  const id = `id-${String(++made).padStart(5, '0')}`
  const body =
    type === 'send'
      ? ({ type, text: 'x', model: 'm', messageId: id, answerId: `${id}a`, parentId: null } as const)
      : ({ type, kind: 'rename', target: queue, baseRev: 1, fields: { title: 'y' } } as const)
  return { id, queue, body, state: 'waiting', createdAt: 0, nextAt: 0, tries: 0, ...change }
}

describe('what may be sent now', () => {
  it('sends the first of each conversation only', () => {
    const items = [item('a'), item('a'), item('b')]
    expect(due(items, 1, new Set()).sends.map(one => one.id)).toEqual([items[0]?.id, items[2]?.id])
  })

  it('keeps the order of making, whatever order the store gives', () => {
    const [first, second] = [item('a'), item('a')]
    expect(due([second, first], 1, new Set()).sends).toEqual([first])
  })

  it('lets a failure stop its own conversation only', () => {
    const stuck = item('a', { state: 'needs_you' })
    const free = item('b')
    expect(due([stuck, item('a'), free], 1, new Set()).sends).toEqual([free])
  })

  it('waits while an answer is being written in the conversation', () => {
    expect(due([item('a')], 1, new Set(['a'])).sends).toEqual([])
  })

  it('puts the mutations before the first send into one push', () => {
    const items = [item('a', {}, 'mutation'), item('a'), item('a', {}, 'mutation'), item('b', {}, 'mutation')]
    const { mutations, sends } = due(items, 1, new Set())
    expect(mutations.map(one => one.id)).toEqual([items[0]?.id, items[3]?.id])
    expect(sends).toEqual([])
  })

  it('pushes no more at once than the server takes, the oldest first', () => {
    const items = Array.from({ length: MOST_MUTATIONS + 1 }, () => item('a', {}, 'mutation'))
    expect(due(items, 1, new Set()).mutations).toEqual(items.slice(0, 200))
  })

  it('takes what is a day old to the millisecond for old', () => {
    const [young, old] = [item('a', { createdAt: 1 }), item('b', { createdAt: 0 })]
    expect(due([young, old], OLD_MS, new Set()).sends).toEqual([young])
    expect(overdue([young, old], OLD_MS).map(one => one.id)).toEqual([old.id])
  })

  it('asks before sending what is older than a day', () => {
    const old = item('a')
    expect(due([old], 25 * 3_600_000, new Set()).sends).toEqual([])
    expect(overdue([old], 25 * 3_600_000)[0]?.state).toBe('needs_you')
    expect(due([{ ...old, confirmed: true }], 25 * 3_600_000, new Set()).sends).toHaveLength(1)
  })
})

describe('after a failure', () => {
  it('backs off from 1 s to 60 s, and longer where the server asks', () => {
    expect([1, 2, 3, 7, 20].map(tries => backoff(tries))).toEqual([1000, 2000, 4000, 60_000, 60_000])
    expect(backoff(1, 90)).toBe(90_000)
  })

  it.each([0, 401, 408, 429, 500, 503])('tries again by itself after %i', status => {
    const after = failed(item('a'), fromProblem(status, {}), 1000)
    expect(after).toMatchObject({ state: 'waiting', tries: 1, nextAt: 2000 })
    expect(nextWake([after], 1000)).toBe(1000)
  })

  it.each([400, 403, 404, 409, 422])('gives %i to the person', status => {
    expect(failed(item('a'), fromProblem(status, {}), 1000)).toMatchObject({ state: 'needs_you' })
  })
})
