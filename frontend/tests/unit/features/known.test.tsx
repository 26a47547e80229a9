import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { Providers } from '@/app/providers'
import { useKeys } from '@/features/keys/api/queries'
import { useInvitations, useMembers } from '@/features/members/api/queries'
import { useModel, useModels, useMostModels, usePods } from '@/features/models/api/queries'
import { useProfile, useSessions } from '@/features/settings/api/queries'
import { useSeries, useSummary, useTop } from '@/features/usage/api/queries'
import type { AuthState } from '@/lib/auth/adapter'
import { auth, installAdapter } from '@/lib/auth/auth'
import { answering, page } from './answers'

afterEach(() => {
  cleanup()
  installAdapter(undefined)
})

const IDENTITY = {
  user: { id: 'u1', name: 'Mira Kovač', email: 'mira@harbour.example' },
  tenant: { id: 't1', name: 'harbour', display: 'Harbour' },
}

/** An adapter whose identity comes when the test says so. */
function unknown(): () => void {
  let state: AuthState = { status: 'loading' }
  let tell = (): void => undefined
  installAdapter({
    ...auth(),
    state: () => state,
    token: async () => 'jwt',
    subscribe(listener) {
      tell = listener
      return () => undefined
    },
  })
  return () => {
    state = { status: 'signedIn', ...IDENTITY }
    tell()
  }
}

/** Until what was asked for has had time to be asked. */
const settle = () => act(() => new Promise(resolve => setTimeout(resolve, 20)))

const RANGE = { from: '2026-11-01', to: '2026-11-28', scope: 'mine' } as const

it.each<readonly [string, () => unknown]>([
  ['/api/v1/keys', () => useKeys(true)],
  ['/api/v1/tenant/members', useMembers],
  ['/api/v1/tenant/invitations', useInvitations],
  ['/api/v1/models', useModels],
  ['/api/v1/models/qwen3-8b', () => useModel('qwen3-8b')],
  ['/api/v1/models/qwen3-8b/pods', () => usePods('qwen3-8b')],
  ['/api/v1/tenant', useMostModels],
  ['/api/v1/me', useProfile],
  ['/api/v1/me/sessions', useSessions],
  ['/api/v1/usage/summary', () => useSummary(RANGE)],
  ['/api/v1/usage/series', () => useSeries(RANGE, 'model', 'tokens')],
  ['/api/v1/usage/top', () => useTop(RANGE, 'model', 'tokens')],
])('%s is asked for once, and not before it is known whose rows they are', async (path, use) => {
  const asked = answering(page([]), page([]))
  const known = unknown()
  renderHook(use, { wrapper: Providers })
  await settle()
  expect(asked).toEqual([])
  act(known)
  await vi.waitFor(() => expect(asked.map(call => call.path)).toEqual([path]))
  await settle()
  expect(asked).toHaveLength(1)
})
