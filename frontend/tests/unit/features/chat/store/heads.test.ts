import { describe, expect, it } from 'vitest'
import { heads, keptTurns, turnFor, withTurns, type TurnHead } from '@/features/chat/store/heads'
import { answerOf, questionOf } from '@/lib/runtime/local-rows'
import { answer, message, send, turn } from '../made'

const headOf = (id: string, change = {}) => heads([], [turn(id, change)], 'c')[0] as TurnHead

describe('answers being written', () => {
  it('keep their identity while only their text grows', () => {
    const first = heads([], [turn('1', { text: 'a' })], 'c')
    expect(heads(first, [turn('1', { text: 'ab' })], 'c')).toBe(first)
    expect(heads(first, [turn('1', { phase: 'done' })], 'c')).not.toBe(first)
    expect(heads(first, [turn('1'), turn('2')], 'c')).toHaveLength(2)
  })

  it('are told for one conversation or for all', () => {
    const all = [turn('1'), turn('2', { conversationId: 'd' })]
    expect(heads([], all, 'd').map(head => head.turnId)).toEqual(['2'])
    expect(heads([], all, undefined)).toHaveLength(2)
  })

  it('get a place under their question', () => {
    const rows = withTurns([message('1-q', null)], [headOf('1')])
    expect(rows[1]).toMatchObject({ id: '1-a', parent_id: '1-q', status: 'streaming', role: 'assistant' })
    expect(withTurns([message('1-q', null)], [headOf('1', { phase: 'failed' })])[1]?.status).toBe('failed')
  })

  it('wait for their question, and do not double a row that is there', () => {
    const none: never[] = []
    expect(withTurns(none, [headOf('1')])).toBe(none)
    const both = [message('1-q', null), answer('1-a', '1-q')]
    expect(withTurns(both, [headOf('1')])).toBe(both)
  })

  it('are drawn from the turn while it runs, then from the store', () => {
    const row = answer('1-a', '1-q')
    expect(turnFor(row, [])).toBeUndefined()
    expect(turnFor(row, [headOf('1')])?.turnId).toBe('1')
    expect(turnFor(row, [headOf('1', { phase: 'done' })])).toBeUndefined()
    expect(turnFor({ ...row, status: 'streaming' }, [headOf('1', { phase: 'done' })])?.turnId).toBe('1')
  })

  it('keep the reason of a failure until the server’s own row has come', () => {
    const failed = headOf('1', { phase: 'failed' })
    expect(turnFor(answer('1-a', '1-q', { rev: 0, status: 'failed' }), [failed])).toBe(failed)
    expect(turnFor(answer('1-a', '1-q', { rev: 4, status: 'failed' }), [failed])).toBeUndefined()
  })

  it('are forgotten once their rows are kept', () => {
    const done = headOf('1', { phase: 'done' })
    expect(keptTurns([answer('1-a', '1-q')], [done])).toEqual(['1'])
    expect(keptTurns([], [done])).toEqual([])
    expect(keptTurns([answer('1-a', '1-q')], [headOf('1')])).toEqual([])
  })
})

describe('messages that only this page knows', () => {
  it('make a question of a send', () => {
    expect(questionOf(send('1'), 'last')).toMatchObject({ id: '1-q', parent_id: 'last', rev: 0 })
    expect(questionOf(send('1', {}, { parentId: 'p' }), 'last').parent_id).toBe('p')
    expect(questionOf(send('1', {}, { root: true }), 'last').parent_id).toBeNull()
  })

  it('make an answer of a turn', () => {
    const ended = turn('1', { phase: 'done', text: 'yes', reasoning: 'hm', usage: { completion_tokens: 1 } })
    expect(answerOf(ended)).toMatchObject({ status: 'complete', parts: [{ type: 'reasoning' }, { text: 'yes' }] })
    expect(answerOf(turn('1', { phase: 'stopped' }))).toMatchObject({ status: 'stopped', usage: null })
    expect(answerOf(turn('1', { phase: 'failed' })).status).toBe('failed')
  })
})
