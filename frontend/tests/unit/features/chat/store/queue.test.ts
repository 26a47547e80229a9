import { describe, expect, it } from 'vitest'
import { isSend, needsModel, placed, sendsOf, waitOf } from '@/features/chat/store/queue'
import { fromProblem } from '@/lib/api/problem'
import type { OutboxItem } from '@/lib/offline/outbox'
import { send } from '../made'

const rename: OutboxItem = {
  ...send('0'),
  body: { type: 'mutation', kind: 'rename', target: 'c', baseRev: 1, fields: {} },
}

describe('what waits in a conversation', () => {
  it('is its own sends in the order in which they go', () => {
    const items = [send('3'), rename, send('1'), send('2', { queue: 'other' })]
    expect(sendsOf(items, 'c').map(one => one.id)).toEqual(['1', '3'])
    expect(isSend(rename)).toBe(false)
  })

  it('stands at the thread’s end, but at the composer while an answer is written', () => {
    const sends = [send('1'), send('2')]
    expect(placed(sends, false)).toEqual({ again: undefined, inThread: sends, behind: [] })
    expect(placed(sends, true)).toEqual({ again: undefined, inThread: [], behind: sends })
  })

  it('shows what is being sent in the thread, although another answer runs', () => {
    const going = send('1', { state: 'sending' })
    expect(placed([going, send('2')], true).inThread).toEqual([going])
  })

  it('waits at the composer behind a question that is asked again', () => {
    const again = send('1', {}, { regenerate: true })
    const next = send('2')
    expect(placed([again, next], false)).toEqual({ again, inThread: [], behind: [next] })
  })

  it('says why it waits', () => {
    const refused = fromProblem(403, {})
    expect(waitOf(send('1', { state: 'sending' }), true)).toBe('sending')
    expect(waitOf(send('1'), false)).toBe('offline')
    expect(waitOf(send('1'), true)).toBe('turn')
    expect(waitOf(send('1', { nextAt: 5 }), true)).toBe('retry')
    expect(waitOf(send('1', { state: 'needs_you', trouble: refused }), true)).toBe('trouble')
    expect(waitOf(send('1', { state: 'needs_you', trouble: { ...refused, code: 'old' } }), true)).toBe('old')
  })

  it('asks for another Model only where its own is gone or forbidden', () => {
    const stuck = (status: number) => send('1', { state: 'needs_you', trouble: fromProblem(status, {}) })
    expect([403, 404].map(stuck).every(needsModel)).toBe(true)
    expect(needsModel(stuck(422))).toBe(false)
    expect(needsModel(send('1'))).toBe(false)
    expect(needsModel(send('1', { state: 'needs_you' }))).toBe(false)
  })
})
