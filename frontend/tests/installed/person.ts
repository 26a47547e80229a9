/** What a person does in the installed web app, for the tests of this folder. */
import { expect, type Page } from '@playwright/test'

const user = process.env.FREEHOLD_USER ?? ''
const password = process.env.FREEHOLD_PASSWORD ?? ''
export const model = process.env.FREEHOLD_TEST_MODEL ?? 'smollm2'

const field = (page: Page) => page.getByRole('textbox', { name: 'Your message', exact: true })
export const log = (page: Page) => page.getByRole('log')
export const answers = (page: Page) => log(page).getByRole('article', { name: model })

export async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press('Enter')
}

export async function pick(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(model) }).click()
}

/** Sets one of the conversation's parameters, by its label. */
async function parameter(page: Page, label: string, value: string): Promise<void> {
  await page.getByRole('button', { name: 'The Model’s own settings' }).click()
  await page.getByLabel(label).fill(value)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** A small model sometimes does not find the end of an answer. */
export const shortAnswers = (page: Page) => parameter(page, 'Longest answer', '100')

/**
 * A small model that may choose its words sometimes ends a story after one sentence; one that takes the likeliest word
 * goes on for minutes, so that there is time to act in mid-answer.
 */
export const likeliestWords = (page: Page) => parameter(page, 'Temperature', '0')

/** An answer that has ended and says something. */
export async function answered(page: Page, count: number): Promise<void> {
  await expect(answers(page)).toHaveCount(count, { timeout: 90_000 })
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 90_000 })
  await expect(answers(page).last()).toHaveText(/\w{3,}/)
}

/** Messages out of sight are not in the document. */
export async function toTheStart(page: Page): Promise<void> {
  await answers(page).last().hover()
  await page.mouse.wheel(0, -100_000)
}
