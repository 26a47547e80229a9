import { render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Lifeline } from '@/components/ui/lifeline'
import { hourMarks, parseLifeline, runs, sayLifeline, slotTime, SLOTS } from '@/lib/lifeline/lifeline'

const now = new Date(2026, 10, 23, 14, 0)

it('marks the whole hours where they are, none in the way of "now"', () => {
  const at = (hour: number, minute: number) =>
    hourMarks(new Date(2026, 10, 23, hour, minute)).map(mark => [mark.time.getHours(), mark.at])
  expect(at(14, 0)).toEqual([
    [18, 16],
    [0, 40],
    [6, 64],
  ])
  expect(at(14, 30)).toEqual([
    [18, 14],
    [0, 38],
    [6, 62],
  ])
  expect(at(12, 0)).toEqual([
    [12, 0],
    [18, 24],
    [0, 48],
    [6, 72],
  ])
})

describe('a lifeline', () => {
  it('reads states alone', () => {
    const { slots } = parseLifeline(`${'R'.repeat(48)}${'A'.repeat(48)}`)
    expect([slots.length, slots[0], slots[95]?.state]).toEqual([
      SLOTS,
      { state: 'ready', requests: 0, errors: 0 },
      'asleep',
    ])
  })

  it('reads requests, errors and revisions', () => {
    const life = parseLifeline(`${'R93'.repeat(95)}F04|12,95,96,x`)
    expect([life.slots[0], life.slots[95], life.revisions]).toEqual([
      { state: 'ready', requests: 9, errors: 3 },
      { state: 'failed', requests: 0, errors: 4 },
      [12, 95],
    ])
  })

  it('fills what is missing with nothing, on the left', () => {
    const { slots } = parseLifeline('RR')
    expect([slots[93]?.state, slots[94]?.state]).toEqual(['unknown', 'ready'])
    expect(parseLifeline('').slots.every(slot => slot.state === 'unknown')).toBe(true)
    expect(parseLifeline('?x!'.repeat(96)).slots[0]).toEqual({ state: 'unknown', requests: 0, errors: 0 })
  })

  it('joins neighbours of one state', () => {
    expect(runs(parseLifeline(`${'R'.repeat(90)}AAWFFF`).slots)).toEqual([
      { state: 'ready', from: 0, to: 90 },
      { state: 'asleep', from: 90, to: 92 },
      { state: 'waking', from: 92, to: 93 },
      { state: 'failed', from: 93, to: 96 },
    ])
  })

  it('counts its slots back from now', () => {
    expect([slotTime(96, now).getHours(), slotTime(92, now).getHours(), slotTime(0, now).getHours()]).toEqual([
      14, 13, 14,
    ])
  })

  it('can be read aloud', () => {
    const life = parseLifeline(`${'R'.repeat(80)}${'A'.repeat(8)}WWDDFFSS|94`)
    expect(sayLifeline(life, now)).toBe(
      'Served 14:00 to 10:00. Asleep 10:00 to 12:00. Woke up 12:00 to 12:30. Served with a problem 12:30 to 13:00. Failed 13:00 to 13:30. Suspended since 13:30. New revision at 13:30.',
    )
    expect(sayLifeline(parseLifeline(''), now)).toBe('No record of the last 24 hours.')
  })

  it('is drawn with its words, every state, bars both ways and posts', () => {
    const data = `${'R52'.repeat(40)}${'D31'.repeat(10)}${'A00'.repeat(20)}${'W00'.repeat(6)}${'F03'.repeat(10)}${'S00'.repeat(5)}${'-00'.repeat(5)}|50`
    const { container } = render(<Lifeline data={data} now={now} height={96} grid />)
    expect(container.querySelector('[role=img]')?.getAttribute('aria-label')).toContain('New revision')
    expect(container.innerHTML).toContain('--failed-fill')
    expect(container.querySelectorAll('svg')).toHaveLength(3)
  })
})
