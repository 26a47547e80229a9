/** A key for a program: made, shown once, used on /v1, revoked, refused; and what was asked stands under usage. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { accessible, expect, test } from './fixture.ts'
import { MODEL, URL_OF_WEB } from './installation.ts'

const ask = (key: string) =>
  fetch(`${URL_OF_WEB}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, max_tokens: 8, messages: [{ role: 'user', content: 'Say hello.' }] }),
  })

async function made(page: Page, name: string): Promise<string> {
  await page.goto('/keys')
  await accessible(page)
  await page
    .getByRole('button', { name: /^Create (a|the first) key$/ })
    .first()
    .click()
  const form = page.getByRole('dialog', { name: 'Create a key' })
  await form.getByLabel('Ends').selectOption('date')
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(form.getByText('Give it a name')).toBeVisible()
  await expect(form.getByText('Choose a day')).toBeVisible()
  await form.getByLabel('Name', { exact: true }).fill(name)
  await form.getByLabel('Last day').fill('2020-01-01')
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(form.getByText('This day is over. Choose a later one.')).toBeVisible()
  await expect(form.getByLabel('Name', { exact: true })).toHaveValue(name)
  await form.getByLabel('Ends').selectOption('30')
  await form.getByLabel('Only those that I tick').check()
  await form.getByLabel(MODEL).check()
  await accessible(page)
  await form.getByRole('button', { name: 'Create' }).click()
  const shown = page.getByRole('dialog', { name: `${name} is made` })
  const secret = await shown.getByLabel('The key').innerText()
  await accessible(page)
  await shown.getByRole('button', { name: 'Copy' }).click()
  await shown.getByRole('button', { name: 'Done' }).click()
  return secret
}

test('a key is shown once, calls /v1, and is refused once revoked; usage tells of it', async ({ owner: page }) => {
  const secret = await made(page, 'tide-bot')
  expect(secret).toMatch(/^fhk_/)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await expect(page.getByRole('row', { name: /tide-bot/ })).toContainText(MODEL)
  await page.reload()
  await expect(page.getByRole('row', { name: /tide-bot/ })).toBeVisible()
  expect(await page.content()).not.toContain(secret)

  const answer = await ask(secret)
  expect(answer.status).toBe(200)
  expect(((await answer.json()) as { choices: unknown[] }).choices).toHaveLength(1)

  await page.goto('/usage?metric=requests&by=key')
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('row', { name: /tide-bot/ })).toBeVisible({ timeout: 3000 })
  }).toPass({ timeout: 60_000 })
  await accessible(page)
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const file = await saving
  expect(file.suggestedFilename()).toMatch(/^usage-.*\.csv$/)
  const rows = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/)
  expect(rows.length).toBeGreaterThan(1)
  expect(rows.slice(1).join('\n')).toContain(MODEL)

  await page.goto('/keys')
  // A key that is known to be in use asks for its name.
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('row', { name: /tide-bot/ })).toContainText(/Used/, { timeout: 3000 })
  }).toPass({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Revoke tide-bot' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke tide-bot?' })
  await accessible(page)
  await dialog.getByLabel('Type tide-bot to confirm').fill('tide-bot')
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByText('tide-bot is revoked.')).toBeVisible()
  await expect.poll(async () => (await ask(secret)).status, { timeout: 10_000 }).toBe(401)
})
