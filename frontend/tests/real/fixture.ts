/**
 * Devices of people on the real installation. Each is a browser context of its own, and whatever a test looks at there,
 * the page must not break its policy, write errors or call another origin.
 */
import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test'
import { findings } from '../e2e/axe.ts'
import { watch } from '../watch.ts'
import { overhear } from './conversation.ts'
import { OWNER, URL_OF_WEB, type Person } from './installation.ts'

type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** Refresh cookies follow from each other, and few sign-ins are allowed: one session is handed on from test to test. */
interface Handed {
  state: State | undefined
}

interface Fixtures {
  device: (options?: BrowserContextOptions) => Promise<Page>
  /** The owner's first device, signed in. */
  owner: Page
}

export const test = base.extend<Fixtures, { handed: Handed }>({
  handed: [async ({}, give) => give({ state: undefined }), { scope: 'worker' }],
  device: async ({ browser }, give) => {
    const contexts: BrowserContext[] = []
    const wrong: string[] = []
    await give(async (options = {}) => {
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options })
      contexts.push(context)
      const page = await context.newPage()
      watch(page, URL_OF_WEB, wrong)
      overhear(page)
      return page
    })
    for (const context of contexts) await context.close()
    expect(wrong, 'what a page must never do').toEqual([])
  },
  owner: async ({ device, handed }, give) => {
    const page = await device(handed.state ? { storageState: handed.state } : {})
    if (handed.state) await page.goto('/')
    else await signIn(page, OWNER)
    await expect(page.getByRole('heading', { name: /^Hello / })).toBeVisible()
    await give(page)
    handed.state = undefined
    await page.context().setOffline(false)
    handed.state = await page.context().storageState()
  },
})

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

/** Nothing that axe knows of is wrong with the page as it stands. */
export async function accessible(page: Page): Promise<void> {
  await expect(page.locator('.skeleton')).toHaveCount(0)
  expect(await findings(page), new URL(page.url()).pathname).toEqual([])
}

export { expect }
