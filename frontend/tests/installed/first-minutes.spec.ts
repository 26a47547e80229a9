/** The first five minutes of a person, on the real cluster with the real model. */
import { expect, test, type Page } from '@playwright/test'

const user = process.env.FREEHOLD_USER ?? ''
const password = process.env.FREEHOLD_PASSWORD ?? ''
const model = process.env.FREEHOLD_TEST_MODEL ?? 'smollm2'

const field = (page: Page) => page.getByRole('textbox', { name: 'Your message', exact: true })
const log = (page: Page) => page.getByRole('log')
const answers = (page: Page) => log(page).getByRole('article', { name: model })

async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press('Enter')
}

async function pick(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(model) }).click()
}

/** An answer that has ended and says something. */
async function answered(page: Page, count: number): Promise<void> {
  await expect(answers(page)).toHaveCount(count, { timeout: 90_000 })
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 90_000 })
  await expect(answers(page).last()).toHaveText(/\w{3,}/)
}

/** Messages out of sight are not in the document. */
async function toTheStart(page: Page): Promise<void> {
  await answers(page).last().hover()
  await page.mouse.wheel(0, -100_000)
}

test('signs in, picks the sample model, asks, and reads offline what was said', async ({ page }) => {
  await signIn(page)
  await page.goto('/chat?new')
  await pick(page)
  await say(page, 'In one sentence, what is Kubernetes?')
  await answered(page, 1)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.context().setOffline(true)
  await page.reload()
  await expect(log(page).getByText('In one sentence, what is Kubernetes?')).toBeVisible()
  await say(page, 'And what is a pod?')
  await page.context().setOffline(false)
  await answered(page, 2)
  await expect(log(page).getByText('And what is a pod?')).toHaveCount(1)
})

test('a reload in mid-answer loses nothing and doubles nothing', async ({ page }) => {
  await signIn(page)
  await page.goto('/chat?new')
  await pick(page)
  await say(page, 'Write a long story about a lighthouse.')
  await expect(answers(page)).toHaveText(/(\w+\W+){20}/)
  const seen = await answers(page).innerText()
  await page.reload()
  await expect(answers(page)).toHaveText(/(\w+\W+){60}/)
  expect((await answers(page).innerText()).slice(0, 60)).toBe(seen.slice(0, 60))
  await page.getByRole('button', { name: 'Stop' }).click()
  await answered(page, 1)
  await toTheStart(page)
  await expect(log(page).getByText('Write a long story about a lighthouse.')).toHaveCount(1)
})

test('the catalogue shows the sample model and its state in words', async ({ page }) => {
  await signIn(page)
  await page.goto('/models')
  await expect(page.getByRole('link', { name: new RegExp(model) }).first()).toBeVisible()
  await expect(page.getByText(/^(Ready|Asleep)/).first()).toBeVisible()
})
