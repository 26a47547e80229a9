import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { check, isOnline, onConnectivity, reportLost, reportReached, resetConnectivity } from '@/lib/api/connectivity'

beforeEach(() => {
  resetConnectivity()
  vi.useFakeTimers()
})
afterEach(resetConnectivity)

const origin = (answers: boolean | number) => {
  const fetch = vi.fn(() =>
    answers === false
      ? Promise.reject(new TypeError('gone'))
      : Promise.resolve(new Response(null, { status: Number(answers) })),
  )
  vi.stubGlobal('fetch', fetch)
  return fetch
}

it('a lost call is no outage while the origin answers', async () => {
  origin(200)
  expect(await reportLost()).toBe(true)
  expect(isOnline()).toBe(true)
})

it.each([false, 500, 503])('is offline when the origin says %s, and tells so once', async answer => {
  origin(answer)
  const told = vi.fn()
  onConnectivity(told)
  await reportLost()
  await check()
  expect(isOnline()).toBe(false)
  expect(told.mock.calls).toEqual([[false]])
})

it.each([404, 405, 304])('is reached when the origin answers %i', async answer => {
  origin(answer)
  expect([await reportLost(), isOnline()]).toEqual([true, true])
})

it('asks again every 10 s until the origin answers', async () => {
  origin(false)
  await check()
  const fetch = origin(200)
  await vi.advanceTimersByTimeAsync(9999)
  expect(fetch).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(isOnline()).toBe(true)
})

it('is online again with any answered call', async () => {
  origin(false)
  await check()
  reportReached()
  expect(isOnline()).toBe(true)
})

it('asks once for several callers, and tells nobody who left', async () => {
  const fetch = origin(false)
  const told = vi.fn()
  onConnectivity(told)()
  await Promise.all([check(), check(), reportLost()])
  expect(fetch).toHaveBeenCalledTimes(1)
  expect(told).not.toHaveBeenCalled()
})
