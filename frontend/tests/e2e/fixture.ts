/**
 * A browser page on a fake installation of its own. Whatever the test looks at, the page must not violate its policy,
 * write to the console, call another origin or fail to hydrate.
 */
import { test as base, expect } from '@playwright/test'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFake } from '../fake-api/server.ts'
import { watch } from '../watch.ts'

interface Fake {
  readonly url: string
  /** Changes the fake world; answers with what it holds now. */
  set(patch: object): Promise<{ messages: Record<string, unknown>[]; conversations: Record<string, unknown>[] }>
}

export const test = base.extend<{ fake: Fake; signedIn: boolean; theme: 'light' | 'dark'; watched: void }>({
  signedIn: [true, { option: true }],
  theme: ['light', { option: true }],
  fake: async ({}, give) => {
    const server: Server = createFake()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const set = async (patch: object) =>
      (await fetch(`${url}/__fake`, { method: 'POST', body: JSON.stringify(patch) })).json() as ReturnType<Fake['set']>
    await give({ url, set })
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  },
  baseURL: async ({ fake }, give) => give(fake.url),
  colorScheme: async ({ theme }, give) => give(theme),
  watched: [
    async ({ page, fake, signedIn }, give) => {
      if (!signedIn) await fake.set({ signedIn: false })
      const wrong = watch(page, fake.url)
      await give()
      expect(wrong, 'what the page must never do').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
