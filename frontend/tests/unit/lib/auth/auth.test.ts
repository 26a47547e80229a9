import { afterEach, expect, it, vi } from 'vitest'
import { auth, expectAdapter, installAdapter } from '@/lib/auth/auth'

const HOW = { kind: 'password', email: 'mira@harbour.example', password: 'correct horse battery' } as const

afterEach(() => installAdapter(undefined))

function spied() {
  const done = {
    signIn: vi.fn(async () => undefined),
    signOut: vi.fn(async () => undefined),
  }
  return { done, adapter: { ...auth(), ...done } }
}

it('what is asked for while the page starts is done when the adapter is there', async () => {
  expectAdapter()
  const all = Promise.all([auth().signIn(HOW), auth().signOut()])
  const { done, adapter } = spied()
  installAdapter(adapter)
  await all
  expect([done.signIn.mock.calls, done.signOut.mock.calls]).toEqual([[[HOW]], [[]]])
})
