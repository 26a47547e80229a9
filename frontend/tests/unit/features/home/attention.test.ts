import { expect, it } from 'vitest'
import { needsAttention, tally, type ModelRow } from '@/features/home/api/queries'

const row = (name: string, phase: string, reason: string) => ({ name, phase, reason, message: name }) as ModelRow
const rows = [
  row('a', 'Ready', 'Serving'),
  row('b', 'Degraded', 'Serving'),
  row('c', 'Idle', 'ScaledToZero'),
  row('d', 'Loading', 'Starting'),
  row('e', 'Failed', 'Failing'),
  row('f', 'Suspended', 'Suspended'),
  row('ab', 'Failed', 'Failing'),
]

it('the first line counts what answers now, what wakes for a question and what failed', () => {
  expect(tally(rows)).toEqual({ now: 2, asleep: 2, failing: 2 })
  expect(tally([])).toEqual({ now: 0, asleep: 0, failing: 0 })
})

it('what failed needs somebody before what serves with a problem, each by name', () => {
  expect(needsAttention(rows).map(one => one.row.name)).toEqual(['ab', 'e', 'b'])
})
