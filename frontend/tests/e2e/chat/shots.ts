/** `node tests/e2e/chat/shots.ts FOLDER [scene …]`: the chat's scenes, desktop and phone, both themes, to be looked at. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { browserFlags, findBrowser } from '../../browser.ts'
import { createFake } from '../../fake-api/server.ts'
import { id } from '../../fake-api/ids.ts'

const [folder = 'test-results/chat', ...wanted] = process.argv.slice(2)
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const CRANE = `/chat/${id(100)}`

const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' })
async function pick(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(name) }).click()
}
async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await page.getByRole('button', { name: /^(Send|Queue)$/ }).click()
}

interface Scene {
  path: string
  world?: object
  act?: (page: Page) => Promise<void>
}

const scenes: Record<string, Scene> = {
  list: { path: '/chat' },
  thread: { path: CRANE },
  fresh: { path: '/chat?new' },
  switcher: { path: CRANE, act: page => page.getByRole('button', { name: /^Model:/ }).click() },
  answering: {
    path: CRANE,
    world: { wordMs: 150 },
    act: async page => {
      await say(page, 'And which of them needs a second signature?')
      await page.waitForTimeout(900)
      await say(page, 'Then draft the note to the port authority.')
      await say(page, 'And one line for the shift log.')
      await page.waitForTimeout(400)
    },
  },
  waking: {
    path: CRANE,
    world: { wakeMs: 20_000 },
    act: async page => {
      await pick(page, 'llama-70b')
      await say(page, 'Now check the last three inspection reports against that limit.')
      await page.waitForTimeout(1500)
    },
  },
  branches: {
    path: CRANE,
    act: async page => {
      await page.getByRole('button', { name: 'Answer again' }).last().click()
      await page.waitForTimeout(2500)
    },
  },
  edit: {
    path: CRANE,
    act: async page => {
      await field(page).press('ArrowUp')
      await page.waitForTimeout(200)
    },
  },
  params: {
    path: CRANE,
    act: async page => {
      await page.getByRole('button', { name: 'Actions for this conversation' }).click()
      await page.getByRole('menuitem', { name: 'How it answers here' }).click()
      await page.getByLabel('Temperature').fill('7')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.waitForTimeout(300)
    },
  },
  offline: {
    path: CRANE,
    act: async page => {
      await page.context().setOffline(true)
      await page.waitForTimeout(500)
      await say(page, 'Remind me to order the 28 mm rope.')
      await page.waitForTimeout(1200)
    },
  },
  gone: { path: `/chat/${id(999)}` },
  again: {
    path: CRANE,
    world: {
      failing: [
        {
          status: 503,
          code: 'model_loading',
          detail: 'Model ‘mistral-small’ is starting (Loading).',
          retry_after: 15,
          blame: 'platform',
        },
      ],
    },
    act: async page => {
      await say(page, 'Is there a spare rope in stock?')
      await page.waitForTimeout(1500)
    },
  },
  failed: {
    path: CRANE,
    world: {
      failing: [
        {
          status: 502,
          code: 'upstream_failed',
          detail: 'The engine closed the connection before the first word.',
          blame: 'platform',
          fix: 'Look at the Model’s log under Models.',
          request_id: 'req-5f1c',
        },
      ],
    },
    act: async page => {
      await say(page, 'Is there a spare rope in stock?')
      await page.waitForTimeout(1500)
    },
  },
}

mkdirSync(folder, { recursive: true })
const server = createFake()
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
const browser = await chromium.launch({ executablePath: findBrowser() as string, args: browserFlags() })
const names = wanted.filter(name => name in scenes)
for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    if (wanted.length > names.length && !wanted.includes(`${size}-${theme}`)) continue
    for (const name of names.length ? names : Object.keys(scenes)) {
      const { path, world, act } = scenes[name] as Scene
      await fetch(`${base}/__fake`, { method: 'POST', body: JSON.stringify({ reset: true, ...world }) })
      const phone = size === 'phone'
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        hasTouch: phone,
        isMobile: phone,
        timezoneId: 'Europe/Berlin',
        locale: 'en-GB',
      })
      const page = await context.newPage()
      page.on('console', message => message.type() === 'error' && console.log(`${name}: ${message.text()}`))
      page.on('pageerror', error => console.log(`${name}: error ${error.message}`))
      await page.goto(base + path)
      await page.waitForTimeout(1200)
      await act?.(page).catch((error: unknown) => console.log(`${name} ${size}: ${String(error).slice(0, 300)}`))
      await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`) })
      await context.close()
    }
  }
}
await browser.close()
server.closeAllConnections()
server.close()
