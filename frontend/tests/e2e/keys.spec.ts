import { expect, test } from './fixture'
import { findingsInEveryLook } from './axe'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('a key is made, copied and only then let go', async ({ page }) => {
  await page.goto('/keys')
  await page.getByRole('button', { name: 'Create a key' }).click()
  const form = page.getByRole('dialog', { name: 'Create a key' })
  await expect(form.getByLabel('Name', { exact: true })).toBeFocused()
  await form.getByLabel('Name', { exact: true }).fill('tide-bot')
  await form.getByLabel('Only those that I tick').check()
  await form.getByLabel('bge-m3').check()
  await form.getByRole('button', { name: 'Create' }).click()

  const made = page.getByRole('dialog', { name: 'tide-bot is made' })
  await expect(made.getByRole('button', { name: 'Done' })).toBeDisabled()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(made).toBeVisible()
  await expect(made.getByRole('button', { name: 'Close' })).toHaveCount(0)

  await made.getByRole('button', { name: 'Copy' }).click()
  const secret = await made.getByLabel('The key').innerText()
  expect(secret).toMatch(/^fhk_/)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await made.getByRole('button', { name: 'Done' }).click()
  await expect(made).toHaveCount(0)
  await expect(page.getByRole('row', { name: /tide-bot/ })).toContainText('bge-m3')
  expect(await page.content()).not.toContain(secret)
})

test('what was typed stays when the form or the server refuses', async ({ page, fake }) => {
  await page.goto('/keys')
  await page.getByRole('button', { name: 'Create a key' }).click()
  const form = page.getByRole('dialog', { name: 'Create a key' })
  await form.getByLabel('Ends').selectOption('date')
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(form.getByText('Give it a name')).toBeVisible()
  await expect(form.getByText('Choose a day')).toBeVisible()

  await form.getByLabel('Name', { exact: true }).fill('tide-bot')
  await form.getByLabel('Ends').selectOption('never')
  const errors = [{ pointer: '/name', code: 'x', message: 'This name is not allowed here.' }]
  await fake.set({
    overrides: {
      'POST /api/v1/keys': { status: 422, body: { title: 'Not valid.', status: 422, code: 'invalid_request', errors } },
    },
  })
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(form.getByText('This name is not allowed here.')).toBeVisible()
  await expect(form.getByLabel('Name', { exact: true })).toHaveValue('tide-bot')
  await expect(form.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true')
})

test('revoking a key in use asks for its name and tells what stops', async ({ page }) => {
  await page.goto('/keys')
  await page.getByRole('button', { name: 'Revoke berth-planner' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke berth-planner?' })
  await expect(dialog).toContainText('every program that calls with fhk_')
  await expect(dialog).toContainText('something still calls with it')
  await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await expect(dialog.getByRole('button', { name: 'Revoke' })).toBeDisabled()
  await dialog.getByLabel('Type berth-planner to confirm').fill('berth-planner')
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByText('berth-planner is revoked.')).toBeVisible()
  await expect(page.getByRole('row', { name: /berth-planner/ })).toHaveCount(0)
})

test('focus returns to where a dialog was opened', async ({ page }) => {
  await page.goto('/keys')
  const opener = page.getByRole('button', { name: 'Create a key' })
  await expect(page.getByRole('row')).toHaveCount(4)
  await opener.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Create a key' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(opener).toBeFocused()
})

test('admins see everybody’s keys and whose they are, members their own', async ({ page, fake }) => {
  await page.goto('/keys')
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(page.getByRole('row', { name: /deploy-pipeline/ })).toContainText('The tenant')
  await expect(page.getByRole('row', { name: /tide-tables/ })).toContainText('Priya Nair')
  await fake.set({ role: 'member' })
  await page.goto('/keys?of=all')
  await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /tide-tables/ })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'All', exact: true })).toHaveCount(0)
})

test('viewers are told which role they need', async ({ page, fake }) => {
  await fake.set({ role: 'viewer' })
  await page.goto('/keys')
  await expect(page.getByText('This page needs the role member.')).toBeVisible()
})

test('no key yet offers to make the first', async ({ page, fake }) => {
  await fake.set({ keys: [] })
  await page.goto('/keys')
  await page.getByRole('button', { name: 'Create the first key' }).click()
  await expect(page.getByRole('dialog', { name: 'Create a key' })).toBeVisible()
})

test('a failing list says whose it is and can be tried again', async ({ page, fake }) => {
  const body = {
    title: 'The database does not answer.',
    status: 503,
    code: 'database_unavailable',
    blame: 'platform',
    request_id: 'req-9',
  }
  await fake.set({ overrides: { 'GET /api/v1/keys': { status: 503, body } } })
  await page.goto('/keys')
  await expect(page.getByText('The database does not answer.')).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText('Request req-9')).toBeVisible()
  await fake.set({ overrides: {} })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
})

test('offline, the list stays with its age and nothing can be made or revoked', async ({ page, context, fake }) => {
  await page.goto('/keys')
  await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
  await fake.set({ cut: true })
  await context.setOffline(true)
  await expect(page.getByText(/As of .* Keys are made and revoked when you are connected again/)).toBeVisible({
    timeout: 15_000,
  })
  await expect(page.getByRole('button', { name: 'Create a key' })).toBeDisabled()
  await expect(page.getByRole('button', { name: /Revoke/ })).toHaveCount(0)
})

test('axe finds nothing on the form and the key', async ({ page }) => {
  await page.goto('/keys')
  await page.getByRole('button', { name: 'Create a key' }).click()
  const form = page.getByRole('dialog', { name: 'Create a key' })
  await form.getByLabel('Name', { exact: true }).fill('x')
  expect(await findingsInEveryLook(page)).toEqual([])
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(page.getByRole('dialog', { name: 'x is made' })).toBeVisible()
  expect(await findingsInEveryLook(page)).toEqual([])
})
