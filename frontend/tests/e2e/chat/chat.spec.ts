import type { Page } from '@playwright/test'
import { id } from '../../fake-api/ids.ts'
import { findings, findingsInEveryLook, inEveryLook } from '../axe.ts'
import { draftKept } from '../device-store.ts'
import { expect as plain, test } from '../fixture.ts'

/** A shared machine may be slow; what is asked for is that it happens, not when. */
const expect = plain.configure({ timeout: 15_000 })

test.slow()
test.use({ actionTimeout: 20_000 })
const CRANE = `/chat/${id(100)}`
const ANSWER = /taken at three points\./
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message', exact: true })
const log = (page: Page) => page.getByRole('log')
const answers = (page: Page) => log(page).getByText(ANSWER)

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press('Enter')
}

async function pick(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(name) }).click()
}

test('a first question makes a conversation, and its answer is there after a reload, once', async ({ page, fake }) => {
  await page.goto('/chat?new')
  await say(page, 'At which loss do we replace a 28 mm rope?')
  await expect(answers(page)).toBeVisible()
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}$/)
  await expect(field(page)).toBeFocused()
  await expect(page.getByRole('link', { name: /At which loss/ })).toHaveAttribute('aria-current', 'page')
  await page.reload()
  await expect(answers(page)).toHaveCount(1)
  await expect(page.getByRole('heading', { level: 1, name: 'At which loss do we replace a 28 mm rope?' })).toBeVisible()
  const { messages } = await fake.set({})
  expect(messages.filter(one => JSON.stringify(one.parts).includes('28 mm rope?'))).toHaveLength(1)
})

const begun = (page: Page) => log(page).getByText('of the nominal')

test('Escape stops the answer and what was written stays', async ({ page, fake }) => {
  await fake.set({ holdAfter: 8 })
  await page.goto(CRANE)
  await say(page, 'Again, please')
  await expect(begun(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(log(page).getByText('Stopped by you.')).toBeVisible()
  await expect(begun(page)).toBeVisible()
})

test('a second answer and an edited question are branches that can be walked', async ({ page }) => {
  await page.goto(CRANE)
  await page.getByRole('button', { name: 'Answer again' }).last().click()
  await expect(answers(page)).toBeVisible()
  await expect(log(page).getByText('2 of 2')).toBeVisible()
  await page.getByRole('button', { name: 'Earlier branch' }).click()
  await expect(log(page).getByText('1 of 2')).toBeVisible()
  await expect(log(page).getByText('Two signatures are due')).toBeVisible()
  await field(page).press('ArrowUp')
  await log(page).getByRole('textbox', { name: 'Your message' }).fill('What changed, in one line?')
  await page.getByRole('button', { name: 'Send as a new branch' }).click()
  await expect(log(page).getByText('What changed, in one line?')).toBeVisible()
  await expect(answers(page)).toBeVisible()
  await expect(page.getByText('3 branches')).toBeVisible()
})

test('a reload in mid-answer follows it to its end, nothing doubled', async ({ page, fake }) => {
  await fake.set({ holdAfter: 8 })
  await page.goto(CRANE)
  await say(page, 'And then?')
  await expect(begun(page)).toBeVisible()
  await page.reload()
  await expect(begun(page)).toBeVisible()
  await fake.set({ holdAfter: 0 })
  await expect(answers(page)).toBeVisible()
  await expect(answers(page)).toHaveCount(1)
  await expect(log(page).getByText('And then?')).toHaveCount(1)
  await expect(begun(page)).toHaveText(
    /^At 8 % of the nominal diameter\. For 28 mm that is a measured 25\.8 mm or less, taken at three points\.$/,
  )
})

test('a lost connection in mid-answer is picked up again', async ({ page, fake }) => {
  await fake.set({ holdAfter: 8 })
  await page.goto(CRANE)
  await say(page, 'And then?')
  await expect(begun(page)).toBeVisible()
  await page.context().setOffline(true)
  await fake.set({ cut: true })
  await expect(log(page).getByText('The connection broke')).toBeVisible()
  await fake.set({ cut: false, holdAfter: 0 })
  await page.context().setOffline(false)
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect(
    log(page).getByText(
      /^At 8 % of the nominal diameter\. For 28 mm that is a measured 25\.8 mm or less, taken at three points\.$/,
    ),
  ).toBeVisible()
  const { messages } = await fake.set({})
  expect(messages.filter(one => JSON.stringify(one.parts).includes('And then?'))).toHaveLength(1)
})

test('a sleeping Model shows that it wakes, the composer stays usable, the answer comes by itself', async ({
  page,
  fake,
}) => {
  await fake.set({ wakeMs: 80_000 })
  await page.goto(CRANE)
  await pick(page, 'llama-70b')
  await say(page, 'Check the reports.')
  await expect(log(page).getByText('Weights are loading')).toBeVisible()
  await expect(page.getByRole('progressbar', { name: 'Waking up' })).toHaveAttribute('aria-valuenow', /\d+/)
  await expect(page.getByRole('button', { name: 'Ask mistral-small instead' })).toBeVisible()
  await say(page, 'And the log.')
  await expect(page.getByRole('list').getByText('And the log.')).toBeVisible()
  await fake.set({ wakeMs: 0 })
  await expect(answers(page)).toHaveCount(2, { timeout: 40_000 })
})

test('a Model that does not wake in time is asked again by itself, before what queued behind it', async ({
  page,
  fake,
}) => {
  const failing = [
    { status: 503, code: 'model_loading', title: 'Starting', detail: 'mistral-small is starting.', retry_after: 5 },
  ]
  await fake.set({ failing })
  await page.goto(CRANE)
  await say(page, 'First question')
  await expect(log(page).getByText(/again in \d/)).toBeVisible()
  await say(page, 'Second question')
  await expect(answers(page)).toHaveCount(2, { timeout: 40_000 })
  const texts = await log(page).getByRole('article').allInnerTexts()
  const at = (part: string) => texts.findIndex(text => text.includes(part))
  expect(at('First question')).toBeLessThan(at('Second question'))
  expect(texts.slice(at('First question')).map(text => text.split('\n')[0])).toEqual([
    'You',
    'mistral-small',
    'You',
    'mistral-small',
  ])
  await expect(log(page).getByText('of 2')).toHaveCount(0)
})

test('a cancelled second try stays cancelled', async ({ page, fake }) => {
  await fake.set({
    failing: [{ status: 503, code: 'model_loading', title: 'Starting', detail: 'Starting.', retry_after: 60 }],
  })
  await page.goto(CRANE)
  await say(page, 'First question')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(log(page).getByText(/again in/)).toHaveCount(0)
  await expect(log(page).getByText('First question')).toBeVisible()
})

test('an answer that fails says why and keeps the question', async ({ page, fake }) => {
  await fake.set({
    failing: [
      {
        status: 502,
        code: 'upstream_failed',
        title: 'x',
        detail: 'The engine closed the connection.',
        request_id: 'req-9',
      },
    ],
  })
  await page.goto(CRANE)
  await say(page, 'First question')
  await expect(log(page).getByRole('alert')).toContainText('The engine closed the connection.')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(answers(page)).toBeVisible()
  await expect(log(page).getByRole('alert')).toHaveCount(0)
})

test('messages typed while it answers wait in an order that can be changed', async ({ page, fake }) => {
  await fake.set({ holdAfter: 1 })
  await page.goto(CRANE)
  await say(page, 'One')
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  await say(page, 'Three')
  await say(page, 'Two')
  await page.getByRole('button', { name: 'Send earlier' }).click()
  await expect(page.getByRole('region', { name: 'Waiting messages' }).getByRole('listitem').first()).toContainText(
    'Two',
  )
  await fake.set({ holdAfter: 0 })
  await expect(answers(page)).toHaveCount(3, { timeout: 40_000 })
  const own = (await log(page).getByRole('article', { name: 'You' }).allInnerTexts()).map(text =>
    text.split('\n').at(-1),
  )
  expect(own.slice(-3)).toEqual(['One', 'Two', 'Three'])
})

test.describe('with what the worker keeps', () => {
  test.use({ serviceWorkers: 'allow' })

  test('offline a message waits, survives a reload, and goes once when the connection is back', async ({
    page,
    fake,
  }) => {
    await page.goto(CRANE)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.reload()
    await expect(log(page).getByText('Two signatures are due')).toBeVisible()
    await page.context().setOffline(true)
    await say(page, 'Order the 28 mm rope.')
    await expect(log(page).getByText('Waits for the connection')).toBeVisible()
    await page.reload()
    await expect(log(page).getByText('Order the 28 mm rope.')).toBeVisible()
    await expect(log(page).getByText('Two signatures are due')).toBeVisible()
    await page.context().setOffline(false)
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await expect(answers(page)).toBeVisible({ timeout: 15_000 })
    const { messages } = await fake.set({})
    expect(messages.filter(one => JSON.stringify(one.parts).includes('Order the'))).toHaveLength(1)
  })
})

test('a conversation is renamed, pinned and deleted', async ({ page, fake }) => {
  await page.goto('/chat')
  const row = page.getByRole('listitem').filter({ hasText: 'Translate the tide notice' })
  await row.hover()
  await row.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('Title').fill(' ')
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('needs a title')
  await page.getByLabel('Title').fill('Tide notice')
  await page.keyboard.press('Enter')
  const renamed = page.getByRole('listitem').filter({ hasText: 'Tide notice' })
  await renamed.hover()
  await renamed.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Pin' }).click()
  await expect(page.getByRole('region', { name: 'Pinned' }).getByText('Tide notice')).toBeVisible()
  await renamed.hover()
  await renamed.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Tide notice')).toHaveCount(0)
  await expect.poll(async () => (await fake.set({})).conversations.some(one => one.title === 'Tide notice')).toBe(false)
})

test('a draft is kept on this device', async ({ page }) => {
  await page.goto(CRANE)
  await field(page).fill('Dear insurer')
  await draftKept(page, 'Dear insurer')
  await page.goto('/chat?new')
  await expect(page.getByText('Draft on this device')).toBeVisible()
  await page.goto(CRANE)
  await expect(field(page)).toHaveValue('Dear insurer')
})

test('parameters are one sentence, and a wrong one is named', async ({ page }) => {
  await page.goto(CRANE)
  await page.getByRole('button', { name: 'The Model’s own settings' }).click()
  await page.getByLabel('Temperature').fill('7')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText('A number from 0 to 2, or nothing.')
  await page.getByLabel('Temperature').fill('0.2')
  await page.getByLabel('System prompt').fill('Be brief')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'Temperature 0.2, system prompt set' })).toBeVisible()
})

test('the thread follows the answer until the reader scrolls up, and not again before the end', async ({
  page,
  fake,
}) => {
  await fake.set({
    wordMs: 30,
    answer: Array.from({ length: 400 }, (_, at) => `Line ${at} of the answer.`).join('\n\n'),
  })
  await page.goto(CRANE)
  await say(page, 'All lines')
  await expect(log(page).getByText('Line 8 of')).toBeVisible()
  const gap = () => log(page).evaluate(one => one.scrollHeight - one.clientHeight - one.scrollTop)
  await expect.poll(gap).toBeLessThan(60)
  await log(page).hover()
  await page.mouse.wheel(0, -20)
  const top = () => log(page).evaluate(one => one.scrollTop)
  await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeVisible()
  const before = await top()
  await page.waitForTimeout(600)
  expect(Math.abs((await top()) - before)).toBeLessThan(3)
  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await expect.poll(gap).toBeLessThan(60)
})

test('a viewer is told which role chatting needs', async ({ page, fake }) => {
  await fake.set({ role: 'viewer' })
  await page.goto('/chat')
  await expect(page.getByText(/needs the role/)).toBeVisible()
})

test('a conversation that is not there says so', async ({ page }) => {
  await page.goto(`/chat/${id(999)}`)
  await expect(page.getByText('This conversation is not there')).toBeVisible()
})

test('axe finds nothing on a new chat, a waking Model and the switcher', async ({ page, fake }) => {
  await fake.set({ wakeMs: 60_000 })
  await page.goto('/chat?new')
  await expect(page.getByText('What do you want to know?')).toBeVisible()
  expect(await findingsInEveryLook(page)).toEqual([])
  await page.goto(CRANE)
  await pick(page, 'llama-70b')
  await say(page, 'Wake up')
  await expect(log(page).getByText('Weights are loading')).toBeVisible()
  await field(page).fill('Next')
  const found: string[] = []
  await inEveryLook(page, async look => {
    await page.getByRole('button', { name: /^Model:/ }).click()
    await expect(page.getByRole('menuitemradio', { name: /llama-70b/ })).toBeVisible()
    found.push(...(await findings(page)).map(one => `${look} ${one}`))
    await page.keyboard.press('Escape')
  })
  expect(found).toEqual([])
})
