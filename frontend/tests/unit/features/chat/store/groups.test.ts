import { describe, expect, it } from 'vitest'
import { groupsOf, matching, shortAge, titleFrom } from '@/features/chat/store/groups'
import { conversation } from '../made'

const NOW = new Date(2026, 10, 28, 14, 0)
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString()
const row = (id: string, hours: number, change = {}) => conversation(id, { last_message_at: ago(hours), ...change })

describe('the list of conversations', () => {
  it('puts pinned ones first, then by age', () => {
    const rows = [row('old', 60 * 24), row('now', 1), row('pin', 900, { pinned: true }), row('yesterday', 24)]
    const groups = groupsOf([...rows, row('week', 100), row('month', 300)], NOW)
    expect(groups.map(group => [group.title, group.rows.map(one => one.id)])).toEqual([
      ['Pinned', ['pin']],
      ['Today', ['now']],
      ['Yesterday', ['yesterday']],
      ['Last week', ['week']],
      ['Last month', ['month']],
      ['Older', ['old']],
    ])
  })

  it.each([
    [7 * 24 - 1, 'Last week'],
    [7 * 24, 'Last month'],
    [31 * 24 - 1, 'Last month'],
    [31 * 24, 'Older'],
  ])('puts what is %i hours old under %s', (hours, title) => {
    expect(groupsOf([row('a', hours)], NOW)[0]?.title).toBe(title)
  })

  it('leaves archived ones out and sorts within a group', () => {
    const groups = groupsOf([row('a', 2), row('b', 1), row('c', 0.5, { archived: true })], NOW)
    expect(groups[0]?.rows.map(one => one.id)).toEqual(['b', 'a'])
  })

  it('finds titles by every word, in any case', () => {
    const rows = [conversation('1', { title: 'Crane 4 plan' }), conversation('2', { title: 'Crane 5' })]
    expect(matching(rows, 'PLAN crane')).toEqual([rows[0]])
    expect(matching(rows, '  ')).toBe(rows)
    expect(matching(rows, 'tide')).toEqual([])
  })

  it('says ages as people do', () => {
    expect(shortAge(new Date(2026, 10, 28, 9, 5), NOW)).toBe('09:05')
    expect(shortAge(new Date(2026, 10, 27, 9, 5), NOW)).toBe('yesterday')
    expect(shortAge(new Date(2026, 10, 24, 9, 5), NOW)).toBe('Tue')
    expect(shortAge(new Date(2026, 9, 3), NOW)).toMatch(/3/)
  })
})

describe('a title from the first question', () => {
  it('is its first line', () => {
    expect(titleFrom('  Why is the crane slow?\nIt creaks.')).toBe('Why is the crane slow?')
  })

  it('is cut at a word', () => {
    const title = titleFrom('Please compare the maintenance plans of all the cranes in the eastern harbour basin')
    expect(title).toBe('Please compare the maintenance plans of all the cranes in …')
  })

  it('is cut inside a word that has no end', () => {
    expect(titleFrom('x'.repeat(100))).toBe(`${'x'.repeat(30)} …`)
    expect(titleFrom('')).toBe('')
  })

  it('is never cut inside a character', () => {
    const title = titleFrom(`a${'😀'.repeat(80)}`)
    expect(title).toBe(`a${'😀'.repeat(29)} …`)
    expect(title.isWellFormed()).toBe(true)
  })
})
