import { describe, expect, it } from 'vitest'
import { branchCount, forkOf, neighbour, pathOf, TOP, type Step } from '@/features/chat/store/thread'
import { answer, message } from '../made'

const ids = (messages: Parameters<typeof pathOf>[0], choices = {}) =>
  pathOf(messages, choices).map(step => step.message.id)

/** 1 - 2 - 3 - 4, with 2b beside 2 and 3b, 3c beside 3. */
const TREE = [
  message('1', null),
  answer('2', '1'),
  message('3', '2'),
  answer('4', '3'),
  answer('5', '1'),
  message('6', '2'),
  message('7', '2'),
]

describe('the path through a conversation', () => {
  it('is empty where nothing was said', () => {
    expect(pathOf([], {})).toEqual([])
    expect(branchCount([])).toBe(0)
  })

  it('leads to the newest message, whatever order the store gives', () => {
    expect(ids(TREE)).toEqual(['1', '2', '7'])
    expect(ids(TREE.toReversed())).toEqual(['1', '2', '7'])
  })

  it('follows the reader’s choice at a fork and the newest below it', () => {
    expect(ids(TREE, { '2': '3' })).toEqual(['1', '2', '3', '4'])
    expect(ids(TREE, { '1': '5' })).toEqual(['1', '5'])
  })

  it('goes to the newest where the chosen branch is gone', () => {
    expect(ids(TREE, { '1': 'gone' })).toEqual(['1', '2', '7'])
  })

  it('follows a branch whose newest message is deep, though a sibling is younger than its first', () => {
    const deep = [message('1', null), answer('2', '1'), answer('3', '1'), message('4', '2')]
    expect(ids(deep)).toEqual(['1', '2', '4'])
  })

  it('counts the siblings of each step', () => {
    const path = pathOf(TREE, { '2': '6' })
    expect(path[2]?.siblings).toEqual(['3', '6', '7'])
    expect(neighbour(path[2] as Step, -1)).toBe('3')
    expect(neighbour(path[2] as Step, 1)).toBe('7')
    expect(neighbour(path[0] as Step, 1)).toBeUndefined()
    expect(branchCount(TREE)).toBe(4)
  })

  it('names the fork a step was chosen at', () => {
    const path = pathOf(TREE, {})
    expect(forkOf(path, 0)).toBe(TOP)
    expect(forkOf(path, 2)).toBe('2')
  })

  it('shows a message whose parent has not arrived', () => {
    expect(ids([message('8', 'unknown')])).toEqual(['8'])
  })

  it('does not loop over rows that name each other as parents', () => {
    expect(ids([message('1', '2'), message('2', '1')]).length).toBeLessThanOrEqual(3)
  })

  it('edits of the first message are siblings at the top', () => {
    const path = pathOf([message('1', null), answer('2', '1'), message('3', null)], {})
    expect(path.map(step => step.message.id)).toEqual(['3'])
    expect(path[0]?.siblings).toEqual(['1', '3'])
  })

  it('hides an answer that failed before its first word once it was asked for again', () => {
    const failed = answer('2', '1', { status: 'failed', parts: [] })
    expect(ids([message('1', null), failed])).toEqual(['1', '2'])
    const path = pathOf([message('1', null), failed, answer('3', '1')], {})
    expect(path[1]).toMatchObject({ message: { id: '3' }, siblings: ['3'] })
  })

  it('keeps a failed answer that has words', () => {
    const failed = answer('2', '1', { status: 'failed' })
    expect(pathOf([message('1', null), failed, answer('3', '1')], {})[1]?.siblings).toEqual(['2', '3'])
  })
})
