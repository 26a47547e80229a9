/** Two devices of one person, both without a connection, both writing. */
import type { Page } from '@playwright/test'
import { answered, kept, limit, log, pick, questions, say, textOf } from './conversation.ts'
import { expect, signIn, test } from './fixture.ts'
import { OWNER } from './installation.ts'

const asked = async (page: Page) =>
  (await questions(page).allInnerTexts()).map(text => text.split('\n').find(line => /^(Start|First|Second)/.test(line)))

async function leave(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await page.context().setOffline(true)
  await expect(page.getByText(/^Offline\./)).toBeVisible()
}

test('both write offline and come back: nothing lost, nothing doubled, the same order on both', async ({
  owner: one,
  device,
}) => {
  await one.goto('/chat?new')
  await pick(one)
  await limit(one, 20)
  await say(one, 'Start: name a colour.')
  await answered(one, 1)
  const place = new URL(one.url()).pathname
  const two = await device()
  await signIn(two, OWNER)
  await two.goto(place)
  await answered(two, 1)

  await leave(one)
  await leave(two)
  await say(one, 'First device: name a fish.')
  await say(two, 'Second device: name a bird.')
  await one.context().setOffline(false)
  const written = async () => (await kept(one)).filter(each => each.status === 'complete').length
  await expect.poll(written, { timeout: 60_000 }).toBe(4)
  await two.context().setOffline(false)

  const complete = async () => (await kept(two)).filter(each => each.role === 'assistant' && each.status === 'complete')
  await expect.poll(async () => (await complete()).length, { timeout: 60_000 }).toBe(3)
  const said = (await kept(one)).filter(each => each.role === 'user').map(textOf)
  expect(said.sort()).toEqual(['First device: name a fish.', 'Second device: name a bird.', 'Start: name a colour.'])
  for (const page of [one, two]) {
    await page.reload()
    await expect(log(page).getByText('Start: name a colour.')).toBeVisible()
  }
  const [first, second] = [await kept(one), await kept(two)]
  expect(first).toEqual(second)
  await expect.poll(async () => JSON.stringify(await asked(one)) === JSON.stringify(await asked(two))).toBe(true)
  expect((await asked(one)).length).toBeGreaterThanOrEqual(2)
})
