/** Conversations with a real model, on a network that goes and comes. */
import type { Page } from '@playwright/test'
import { answered, answers, field, kept, limit, log, pick, questions, say, stop, textOf } from './conversation.ts'
import { accessible, expect, test } from './fixture.ts'
import { MODEL } from './installation.ts'

const STORY = 'Write a long story about a lighthouse and its keeper.'

/** Some words of the answer are there; the model may have to share its processor with all that runs beside it. */
async function written(page: Page, words: number): Promise<void> {
  await expect(answers(page)).toHaveText(new RegExp(`(\\w+\\W+){${words + 4}}`), { timeout: 60_000 })
}

/** A new conversation whose answers end by themselves after `tokens`. */
async function begin(page: Page, tokens: number): Promise<void> {
  await page.goto('/chat?new')
  await pick(page)
  await limit(page, tokens)
}

/** What stands on the page is what the server keeps: nothing lost, nothing doubled. */
async function same(page: Page, expected: readonly string[]): Promise<void> {
  const said = await kept(page)
  expect(said.filter(one => one.role === 'user').map(textOf)).toEqual(expected)
  const last = said.at(-1)
  expect(last?.role).toBe('assistant')
  const plain = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
  await expect.poll(async () => plain(await answers(page).last().innerText())).toContain(plain(textOf(last)))
}

test('a question is answered word by word, stopped, and answered again as a branch', async ({ owner: page }) => {
  await page.goto('/chat')
  await accessible(page)
  await page.goto('/chat?new')
  await field(page).fill('x')
  await pick(page)
  await accessible(page)
  await limit(page, 1500)
  await say(page, STORY)
  await written(page, 3)
  const early = await answers(page).innerText()
  const longer = async () => (await answers(page).innerText()).length > early.length
  await expect.poll(longer, { intervals: [100], timeout: 60_000 }).toBe(true)
  await stop(page).click()
  await expect(log(page).getByText('Stopped by you.')).toBeVisible()
  await expect(stop(page)).toHaveCount(0)
  await accessible(page)
  await expect.poll(async () => (await kept(page)).at(-1)?.status).toBe('stopped')

  await log(page).getByRole('button', { name: 'Answer again' }).first().click()
  await expect(page.getByText('2 branches')).toBeVisible()
  await written(page, 5)
  await stop(page).click()
  await expect(stop(page)).toHaveCount(0)
  await expect(log(page).getByText('2 of 2')).toBeVisible()
  await page.getByRole('button', { name: 'Earlier branch' }).click()
  await expect(log(page).getByText('1 of 2')).toBeVisible()
  const said = await kept(page)
  expect(said.filter(one => one.role === 'user')).toHaveLength(1)
  expect(new Set(said.filter(one => one.role === 'assistant').map(one => one.parent_id)).size).toBe(1)
})

test('a reload in mid-answer: the answer goes on, once', async ({ owner: page }) => {
  await begin(page, 120)
  await say(page, STORY)
  await written(page, 8)
  await page.reload()
  await answered(page, 1)
  await same(page, [STORY])
  await page.reload()
  await expect(questions(page)).toHaveCount(1)
  await same(page, [STORY])
})

test('a network lost in mid-answer and back: the answer goes on, once', async ({ owner: page }) => {
  await begin(page, 120)
  await say(page, STORY)
  await written(page, 8)
  await page.context().setOffline(true)
  await expect(page.getByText(/^Offline\./)).toBeVisible()
  await page.context().setOffline(false)
  await answered(page, 1)
  await same(page, [STORY])
})

test('offline the history is read, a message waits through a reload, and goes once', async ({ owner: page }) => {
  await begin(page, 40)
  await say(page, 'What is a tide?')
  await answered(page, 1)
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await page.reload()
  await expect(answers(page)).toHaveCount(1)
  await page.context().setOffline(true)
  await expect(page.getByText(/^Offline\./)).toBeVisible()
  await say(page, 'And what is a wave?')
  await expect(log(page).getByText('Waits for the connection')).toBeVisible()
  await page.reload()
  await expect(log(page).getByText('What is a tide?')).toBeVisible()
  await expect(log(page).getByText('And what is a wave?')).toBeVisible()
  await accessible(page)
  await page.context().setOffline(false)
  await answered(page, 2)
  await same(page, ['What is a tide?', 'And what is a wave?'])
})

test('bad parameters are named and kept', async ({ owner: page }) => {
  await page.goto('/chat?new')
  await page.getByRole('button', { name: 'The Model’s own settings' }).click()
  await page.getByLabel('Temperature').fill('7')
  await page.getByLabel('Longest answer').fill('many')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog').getByText('A number from 0 to 2, or nothing.')).toBeVisible()
  await expect(page.getByRole('dialog').getByText(/A whole number from 1 to/)).toBeVisible()
  await expect(page.getByLabel('Temperature')).toHaveValue('7')
  await accessible(page)
})

test('the catalogue has the model, with its state in words', async ({ owner: page }) => {
  await page.goto('/models')
  await expect(page.getByRole('link', { name: new RegExp(MODEL) }).first()).toBeVisible()
  await accessible(page)
  await page
    .getByRole('link', { name: new RegExp(MODEL) })
    .first()
    .click()
  await expect(page.getByRole('heading', { name: MODEL, level: 1 })).toBeVisible()
  await accessible(page)
  await page.goto('/deploy')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await accessible(page)
})
