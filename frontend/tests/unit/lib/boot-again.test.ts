import { afterEach, expect, it, vi } from 'vitest'
import { auth, installAdapter, onAuth } from '@/lib/auth/auth'
import { chooseAdapter } from '@/lib/auth/choose'
import { boot } from '@/lib/boot'
import { config, DEFAULTS } from '@/lib/config/config'
import { currentStore, unbindStore } from '@/lib/offline/store'
import { writeShared } from '@/lib/offline/shared'
import { confirmed } from './identity'

vi.mock('@/lib/runtime/runtime', () => ({ follow: () => undefined }))
afterEach(async () => {
  installAdapter(undefined)
  await unbindStore()
})

it('who was here last is shown before the configuration came, and only then is anything asked in their name', async () => {
  await writeShared('config', { version: 'last' })
  await writeShared('identity', confirmed())
  const asked: string[] = []
  let answer: (response: Response) => void = () => undefined
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    if (url !== '/config.json') return Promise.resolve(Response.json({ code: 'unauthenticated' }, { status: 401 }))
    return new Promise<Response>(resolve => (answer = resolve))
  })
  const seen: (string | undefined)[] = []
  onAuth(() => seen.push(auth().state().user?.name))
  const booted = boot()
  await vi.waitFor(() => expect(auth().state()).toMatchObject({ status: 'loading', user: { name: 'Mira' } }))
  expect((await currentStore())?.name).toBe('freehold:t1:u1')
  expect(config().version).toBe('last')
  const token = auth().token()
  expect(asked).toEqual(['/config.json'])
  answer(Response.json({ version: 'new' }))
  await booted
  expect([await token, config().version, auth().state().status]).toEqual([null, 'new', 'signedOut'])
  expect(seen.slice(0, -1).every(name => name === 'Mira')).toBe(true)
})

it('an installation that names another provider is told so', async () => {
  const clerk = { ...DEFAULTS, auth: { provider: 'clerk' } } as const
  await expect(chooseAdapter(Promise.resolve(clerk))).rejects.toThrow('auth.provider clerk is not part of this build')
})
