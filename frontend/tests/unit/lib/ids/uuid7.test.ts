import { expect, it } from 'vitest'
import { uuid7 } from '@/lib/ids/uuid7'

it('is a UUID of version 7 that carries its time', () => {
  const id = uuid7(5_000_000_000_000)
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(5_000_000_000_000)
})

it('rises strictly, also within a millisecond and when the clock goes back', () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => uuid7(4_000_000_000_100 - (at % 3)))
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
})
