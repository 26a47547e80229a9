import { readFile } from 'node:fs/promises'
import { expect, test } from './fixture'
import { findingsInEveryLook } from './axe'

test('the tenant’s month stands in figures, bars and parts', async ({ page }) => {
  await page.goto('/usage')
  await expect(page.getByText('Spent so far')).toBeVisible()
  await expect(page.getByText('answered on your own nodes')).toBeVisible()
  await expect(page.getByRole('img', { name: 'Cost by day' })).toBeVisible()
  await expect(page.getByRole('row', { name: /gpt-outside rented/ })).toContainText('100 %')
})

test('bars are stacked by Model or by key, of what is chosen, and a link shows the same', async ({ page }) => {
  await page.goto('/usage')
  await page.getByRole('button', { name: 'Tokens', exact: true }).click()
  await expect(page.getByRole('figure')).toContainText('mistral-small')
  await page.getByRole('tab', { name: 'By key' }).click()
  await expect(page.getByRole('figure')).toContainText('berth-planner')
  await expect(page.getByRole('row', { name: /crane-assistant/ })).toBeVisible()
  expect(new URL(page.url()).search).toBe('?metric=tokens&by=key')
  await page.reload()
  await expect(page.getByRole('figure')).toContainText('berth-planner')
  await expect(page.getByRole('tab', { name: 'By key' })).toHaveAttribute('aria-selected', 'true')
})

test('every bar is a row of the table', async ({ page }) => {
  await page.goto('/usage?range=7&metric=tokens')
  await page.getByRole('button', { name: 'Show as table' }).click()
  const table = page.getByRole('table', { name: 'Tokens by day' })
  await expect(table.getByRole('row')).toHaveCount(8)
  await expect(table.getByRole('columnheader').first()).toHaveText('Day')
  await page.getByRole('button', { name: 'Show as chart' }).click()
  await expect(page.getByRole('img', { name: 'Tokens by day' })).toBeVisible()
})

test('days are chosen by keyboard', async ({ page }) => {
  await page.goto('/usage')
  await page.getByRole('button', { name: /^Days:/ }).focus()
  await page.keyboard.press('Enter')
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Days: Last 30 days' })).toBeFocused()
  expect(new URL(page.url()).search).toBe('?range=30')
})

test('the days are saved as CSV where the browser cannot pick a file', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  await page.goto('/usage?range=7')
  await expect(page.getByText('Spent', { exact: true })).toBeVisible()
  const saving = page.waitForEvent('download')
  await page.keyboard.press('e')
  const file = await saving
  expect(file.suggestedFilename()).toMatch(/^usage-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  expect((await readFile(await file.path(), 'utf8')).trim().split('\r\n')).toHaveLength(8)
  await expect(page.getByText('Usage is saved as CSV.')).toBeVisible()
})

test('a refused export says why', async ({ page, fake }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  const body = {
    title: 'Too often.',
    detail: 'Four exports an hour.',
    status: 429,
    code: 'rate_limited',
    blame: 'quota',
  }
  await fake.set({ overrides: { 'GET /api/v1/usage/export.csv': { status: 429, body } } })
  await page.goto('/usage')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  await expect(page.getByText('Four exports an hour.')).toBeVisible()
})

test('members see their own usage, and are told which role the tenant’s needs', async ({ page, fake }) => {
  await fake.set({ role: 'member' })
  await page.goto('/usage')
  await expect(page.getByText(/^Yours, with all of your keys/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Tenant' })).toHaveCount(0)
  await expect(page.getByRole('tab', { name: 'By member' })).toHaveCount(0)
  await page.goto('/usage?scope=tenant')
  await expect(page.getByText('needs the role engineer, admin or owner')).toBeVisible()
  await page.getByRole('button', { name: 'Show my own usage' }).click()
  await expect(page.getByText('Spent so far')).toBeVisible()
})

test('unused days say what will stand here', async ({ page, fake }) => {
  await fake.set({ unused: true })
  await page.goto('/usage')
  await expect(page.getByText('Nothing was used in these days.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Ask a Model' })).toHaveAttribute('href', '/chat')
})

test('offline, the figures stay with their age', async ({ page, context, fake }) => {
  await page.goto('/usage')
  await expect(page.getByText('Spent so far')).toBeVisible()
  await fake.set({ cut: true })
  await context.setOffline(true)
  await expect(page.getByText(/As of/)).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText('Spent so far')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Export CSV' })).toBeDisabled()
})

test('the browser loads the chart only where it is drawn', async ({ page }) => {
  const scripts: string[] = []
  page.on('response', response => response.url().endsWith('.js') && scripts.push(response.url()))
  await page.goto('/keys')
  await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
  const texts = await Promise.all(scripts.map(async url => (await page.request.get(url)).text()))
  expect(texts.filter(text => text.includes('Show as chart'))).toEqual([])
})

test('axe finds nothing on chart, table and parts', async ({ page }) => {
  await page.goto('/usage?metric=tokens')
  await expect(page.getByRole('img', { name: 'Tokens by day' })).toBeVisible()
  await expect(page.getByRole('row', { name: /mistral-small/ })).toBeVisible()
  expect(await findingsInEveryLook(page)).toEqual([])
  await page.getByRole('button', { name: 'Show as table' }).click()
  expect(await findingsInEveryLook(page)).toEqual([])
})
