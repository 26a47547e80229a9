import { expect, it } from 'vitest'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { troubleIn } from '@/lib/api/trouble-in'

const lost = new TypeError('Failed to fetch')
const refused = new ProblemError(fromProblem(403, { code: 'forbidden', title: 'Not yours' }))

it('a lost connection is not said again where there is an answer to show; anything else is', () => {
  const seen = [
    { error: null, data: undefined },
    { error: lost, data: ['kept'] },
    { error: lost, data: undefined },
    { error: refused, data: ['kept'] },
  ].map(query => troubleIn(query)?.status)
  expect(seen).toEqual([undefined, undefined, 0, 403])
})
