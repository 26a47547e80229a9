/**
 * `node tests/e2e/shots.ts FOLDER [scene …]`: pictures of the routes and of what opens on them, desktop and phone, both
 * themes, to be looked at. A scene is a name of the table below or a path; `desktop-light` and the like narrow it down.
 * The chat has its own scenes in `chat/shots.ts`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { browserFlags, findBrowser } from '../browser.ts'
import { createFake } from '../fake-api/server.ts'

interface Scene {
  path: string
  world?: object
  act?: (page: Page) => Promise<unknown>
}

const refused = (status: number, detail: string) => ({
  status,
  body: { status, title: detail, detail, code: 'not_now', blame: 'platform', request_id: 'req-5f1c' },
})
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click()
const nobody = { signedIn: false, setupNeeded: true }

const scenes: Record<string, Scene> = {
  home: { path: '/' },
  'home-new': { path: '/', world: { models: [], unused: true } },
  models: { path: '/models' },
  'models-empty': { path: '/models', world: { models: [] } },
  'models-refused': {
    path: '/models',
    world: { overrides: { 'GET /api/v1/models': refused(503, 'The cluster does not answer.') } },
  },
  model: { path: '/models/mistral-small' },
  'model-failed': { path: '/models/coder-14b' },
  'model-logs': { path: '/models/mistral-small', act: page => page.getByRole('tab', { name: 'Logs' }).click() },
  'model-replicas': { path: '/models/mistral-small', act: page => page.getByRole('tab', { name: 'Replicas' }).click() },
  'model-gone': { path: '/models/nothing-here' },
  'model-scale': {
    path: '/models/mistral-small',
    act: async page => {
      await press(page, /^(Actions|More)/)
      await page.getByRole('menuitem', { name: /^Scale/ }).click()
    },
  },
  deploy: { path: '/deploy' },
  'deploy-wrong': {
    path: '/deploy',
    act: async page => {
      await page.getByLabel('Name', { exact: true }).fill('Not A Name')
      await page.keyboard.press('Control+Enter')
    },
  },
  'deploy-yaml': {
    path: '/deploy',
    act: async page => {
      await page.getByText('YAML', { exact: true }).first().click()
      await page.waitForTimeout(900)
    },
  },
  usage: { path: '/usage' },
  'usage-table': { path: '/usage', act: page => press(page, 'Show as table') },
  'usage-empty': { path: '/usage', world: { unused: true } },
  keys: { path: '/keys' },
  'keys-empty': { path: '/keys', world: { keys: [] } },
  'keys-new': { path: '/keys', act: page => press(page, 'Create a key') },
  'keys-wrong': {
    path: '/keys',
    act: async page => {
      await press(page, 'Create a key')
      await page.getByRole('button', { name: 'Create', exact: true }).click()
    },
  },
  'keys-secret': {
    path: '/keys',
    act: async page => {
      await press(page, 'Create a key')
      await page.getByLabel('Name', { exact: true }).fill('tide-bot')
      await page.getByRole('button', { name: 'Create', exact: true }).click()
    },
  },
  members: { path: '/members' },
  'members-invite': { path: '/members', act: page => press(page, /^Invite/) },
  'members-forbidden': { path: '/members', world: { role: 'member' } },
  settings: { path: '/settings' },
  palette: { path: '/models', act: page => page.keyboard.press('Control+k') },
  'keys-sheet': { path: '/models', act: page => page.keyboard.press('?') },
  offline: {
    path: '/models',
    act: async page => {
      await page.context().setOffline(true)
      await page.evaluate(() => dispatchEvent(new Event('offline')))
    },
  },
  'offline-page': { path: '/offline' },
  lost: { path: '/nothing-here' },
  'sign-in': { path: '/sign-in', world: { signedIn: false } },
  'sign-in-wrong': {
    path: '/sign-in',
    world: { signedIn: false },
    act: page => page.getByRole('button', { name: 'Sign in' }).click(),
  },
  setup: { path: '/setup', world: nobody },
  invite: { path: '/invite', world: { signedIn: false } },
}

const [folder = 'test-results/shots', ...wanted] = process.argv.slice(2)
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const views = ['light', 'dark'].flatMap(theme => Object.keys(SIZES).map(size => `${size}-${theme}`))
const onlyViews = wanted.filter(word => views.includes(word))
const names = wanted.filter(word => !views.includes(word))

mkdirSync(folder, { recursive: true })
const server = createFake()
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
const browser = await chromium.launch({ executablePath: findBrowser() as string, args: browserFlags() })

async function picture(name: string, view: string): Promise<void> {
  const [size, theme] = view.split('-') as ['desktop' | 'phone', 'light' | 'dark']
  const { path, world, act } = scenes[name] ?? { path: name }
  await fetch(`${base}/__fake`, { method: 'POST', body: JSON.stringify({ reset: true, ...world }) })
  const phone = size === 'phone'
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    hasTouch: phone,
    isMobile: phone,
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.on('pageerror', error => console.log(`${name} ${view}: error ${error.message}`))
  await page.goto(base + path)
  await page.waitForTimeout(1000)
  await act?.(page).catch((error: unknown) => console.log(`${name} ${view}: ${String(error).slice(0, 300)}`))
  if (act) await page.waitForTimeout(600)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (wide > 0) console.log(`${name} ${view}: ${wide} px wider than the window`)
  await page.screenshot({ path: join(folder, `${name.replaceAll('/', '_')}-${view}.png`) })
  await context.close()
}

for (const view of onlyViews.length ? onlyViews : views)
  for (const name of names.length ? names : Object.keys(scenes)) await picture(name, view)
await browser.close()
server.closeAllConnections()
server.close()
