import { afterEach, expect, it, vi } from 'vitest'
import { check, resetConnectivity } from '@/lib/api/connectivity'
import type { AuthAdapter } from '@/lib/auth/adapter'
import { auth, installAdapter } from '@/lib/auth/auth'
import { boot } from '@/lib/boot'

const parts = vi.hoisted(() => ({ tries: 0, follow: vi.fn() }))
const SIGNED_IN = { status: 'signedIn' } as const
vi.mock('@/lib/auth/local', () => ({
  createLocalAdapter(): AuthAdapter {
    let tell = (): void => undefined
    return {
      ...auth(),
      state: () => SIGNED_IN,
      init: async () => tell(),
      subscribe: listener => ((tell = listener), () => undefined),
    }
  },
}))
vi.mock('@/lib/runtime/runtime', () => {
  if (parts.tries++ === 0) throw new TypeError('the line was cut')
  return { follow: parts.follow }
})
afterEach(() => {
  installAdapter(undefined)
  resetConnectivity()
})

it('what could not be fetched of the runtime is fetched when the server can be reached again', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('cut')))
  await boot()
  await vi.waitFor(() => expect(parts.tries).toBe(1))
  await check()
  expect(parts.follow).not.toHaveBeenCalled()
  vi.stubGlobal('fetch', async () => new Response(null))
  await check()
  await vi.waitFor(() => expect(parts.follow.mock.calls).toEqual([[SIGNED_IN]]))
})
