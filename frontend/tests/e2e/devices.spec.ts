/** Two devices of one person, each cut off for a while: nothing is lost, nothing doubled, and both show the same. */
import type { Browser, Page } from '@playwright/test'
import { id } from '../fake-api/ids.ts'
import { rowsKept } from './device-store'
import { expect as plain, test } from './fixture'

const expect = plain.configure({ timeout: 20_000 })

test.describe.configure({ timeout: 180_000 })
test.use({ serviceWorkers: 'allow' })

const CRANE = `/chat/${id(100)}`
const FROM = { one: ['One A', 'One B'], two: ['Two A', 'Two B'] }

const log = (page: Page) => page.getByRole('log')
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message', exact: true })

/** Opened once with a connection, so that the device holds the app and the conversation. */
async function device(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, serviceWorkers: 'allow', locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(CRANE)
  await expect(log(page).getByText('Two signatures are due')).toBeVisible()
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })
  return page
}

async function rename(page: Page, title: string): Promise<void> {
  const row = page.getByRole('listitem').filter({ hasText: 'Translate the tide notice' })
  await row.hover()
  await row.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('Title').fill(title)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('listitem').filter({ hasText: title })).toBeVisible()
}

async function comeBack(page: Page): Promise<void> {
  await page.context().setOffline(false)
  await page.evaluate(() => dispatchEvent(new Event('online')))
}

/** What the device's own store holds of the conversation, in order. */
const held = async (page: Page) =>
  (await rowsKept(page, 'messages'))
    .filter(row => row.conversation_id === id(100))
    .map(row => `${String(row.id)} ${String(row.status)} ${JSON.stringify(row.parts)}`)
    .sort()

/** The questions that were asked here and there, in the order in which the thread shows them. */
const shown = async (page: Page) =>
  (await log(page).getByRole('article', { name: 'You' }).allInnerTexts()).map(text => text.split('\n').at(-1))

test('two devices write and rename offline, and come back: nothing lost, nothing doubled, the same on both', async ({
  browser,
  fake,
}) => {
  const pages = { one: await device(browser, fake.url), two: await device(browser, fake.url) }
  for (const [name, page] of Object.entries(pages)) {
    await page.context().setOffline(true)
    for (const text of FROM[name as keyof typeof FROM]) {
      await field(page).fill(text)
      await field(page).press('Enter')
      await expect(page.getByText(text, { exact: true }).first()).toBeVisible()
    }
    await rename(page, `Tide notice of ${name}`)
  }
  await comeBack(pages.one)
  await comeBack(pages.two)

  const said = Object.values(FROM).flat()
  const asked = async () =>
    (await fake.set({})).messages.filter(one => said.includes((one.parts as { text: string }[])[0]?.text ?? ''))
  await expect.poll(async () => (await asked()).length).toBe(said.length)
  await expect.poll(async () => (await fake.set({})).messages.every(one => one.status === 'complete')).toBe(true)
  for (const page of Object.values(pages)) {
    await page.reload()
    await expect(log(page).getByText('Two signatures are due')).toBeVisible()
  }
  const server = (await fake.set({})).messages.filter(one => one.conversation_id === id(100))
  for (const page of Object.values(pages)) await expect.poll(async () => (await held(page)).length).toBe(server.length)
  expect(await held(pages.one)).toEqual(await held(pages.two))
  expect((await asked()).map(one => (one.parts as { text: string }[])[0]?.text).toSorted()).toEqual(said.toSorted())
  // Either may still be drawing when the other is done.
  await expect(async () => expect(await shown(pages.one)).toEqual(await shown(pages.two))).toPass({ timeout: 20_000 })
  const titles = (await fake.set({})).conversations.filter(one => /^Tide notice of/.test(String(one.title)))
  expect(titles).toHaveLength(1)
  for (const page of Object.values(pages))
    await expect(page.getByRole('link', { name: String(titles[0]?.title) })).toBeVisible()
  for (const page of Object.values(pages)) await page.context().close()
})

test('what one device deletes goes from the other when it comes back', async ({ browser, fake }) => {
  const pages = { one: await device(browser, fake.url), two: await device(browser, fake.url) }
  await pages.two.context().setOffline(true)
  const row = pages.one.getByRole('listitem').filter({ hasText: 'Translate the tide notice' })
  await row.hover()
  await row.getByRole('button').click()
  await pages.one.getByRole('menuitem', { name: 'Delete' }).click()
  await pages.one.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(pages.one.getByText('Translate the tide notice')).toHaveCount(0)
  // The row goes at once, the call follows; whoever comes back before it has arrived hears of it by an event, which only a
  // real server sends.
  const there = async () =>
    (await fake.set({})).conversations.some(one => String(one.title).startsWith('Translate the tide notice'))
  await expect.poll(there).toBe(false)
  await expect(pages.two.getByText('Translate the tide notice')).toHaveCount(1)
  await comeBack(pages.two)
  await expect(pages.two.getByText('Translate the tide notice')).toHaveCount(0)
  for (const page of Object.values(pages)) await page.context().close()
})
