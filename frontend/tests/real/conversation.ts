/** What people do in a conversation, and what they then see. */
import { expect, type Page } from '@playwright/test'
import { MODEL } from './installation.ts'

export const field = (page: Page) => page.getByRole('textbox', { name: 'Your message', exact: true })
export const log = (page: Page) => page.getByRole('log')
export const answers = (page: Page) => log(page).getByRole('article', { name: MODEL })
export const questions = (page: Page) => log(page).getByRole('article', { name: 'You' })
export const stop = (page: Page) => page.getByRole('button', { name: 'Stop' })

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press('Enter')
}

export async function pick(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(MODEL) }).click()
}

/** Answers of at most `tokens`, always the same for the same question: a story goes on until then. */
export async function limit(page: Page, tokens: number): Promise<void> {
  await page.getByRole('button', { name: 'The Model’s own settings' }).click()
  await page.getByLabel('Temperature').fill('0')
  await page.getByLabel('Longest answer').fill(String(tokens))
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** `count` answers that have ended and say something. */
export async function answered(page: Page, count: number): Promise<void> {
  await expect(answers(page)).toHaveCount(count, { timeout: 90_000 })
  await expect(stop(page)).toHaveCount(0, { timeout: 90_000 })
  await expect(answers(page).last()).toHaveText(/\w{3,}/)
}

export interface Said {
  readonly id: string
  readonly parent_id: string | null
  readonly role: string
  readonly status: string
  readonly parts: readonly { readonly text: string }[]
}

const spoken = new WeakMap<Page, string>()

/** Remembers what the page last proved itself with to the API: it keeps its token to itself. */
export function overhear(page: Page): void {
  page.on('request', request => {
    const { authorization } = request.headers()
    if (authorization?.startsWith('Bearer ')) spoken.set(page, authorization)
  })
}

/** What the server keeps of the conversation that is open, oldest first. */
export async function kept(page: Page): Promise<Said[]> {
  const id = new URL(page.url()).pathname.split('/')[2]
  const authorization = spoken.get(page) ?? ''
  const response = await page.request.get(`/api/v1/conversations/${id}/messages?limit=100`, {
    headers: { authorization },
  })
  expect(response.ok()).toBe(true)
  return ((await response.json()) as { items: Said[] }).items.reverse()
}

export const textOf = (message: Said | undefined) => (message?.parts ?? []).map(part => part.text).join('')
