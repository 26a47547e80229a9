import { expect, test } from './fixture'
import { findings, findingsInEveryLook, inEveryLook } from './axe'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('somebody is invited by a link that is copied before it is gone', async ({ page }) => {
  await page.goto('/members')
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  const form = page.getByRole('dialog', { name: 'Invite somebody' })
  await expect(form.getByLabel('E-mail')).toBeFocused()
  await form.getByLabel('E-mail').fill('priya@harbour.example')
  await form.getByRole('button', { name: 'Make the link' }).click()
  await expect(form.getByText('Priya Nair is a member already')).toBeVisible()
  await form.getByLabel('E-mail').fill('ana@harbour.example')
  await form.getByLabel('Engineer').check()
  await form.getByRole('button', { name: 'Make the link' }).click()

  const link = page.getByRole('dialog', { name: 'The link for ana@harbour.example' })
  await expect(link).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(link.getByRole('button', { name: 'Done' })).toBeDisabled()
  await link.getByRole('button', { name: 'Copy' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('/invite#')
  await link.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('row', { name: /ana@harbour.example/ })).toContainText('Engineer')
})

test('an invitation is taken back', async ({ page }) => {
  await page.goto('/members')
  await page.getByRole('button', { name: 'Take back the invitation of tomas@harbour.example' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await expect(page.getByText('The link for tomas@harbour.example works no more.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Invited, not here yet' })).toHaveCount(0)
})

test('a role is changed by keyboard alone', async ({ page }) => {
  await page.goto('/members')
  await page.getByRole('button', { name: 'What to do with Priya Nair' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Change role' })).toBeFocused()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Change the role of Priya Nair' })
  await dialog.getByLabel('Engineer').focus()
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByLabel('Admin')).toBeChecked()
  await dialog.getByRole('button', { name: 'Change role' }).press('Enter')
  await expect(page.getByRole('row', { name: /Priya Nair/ })).toContainText('Admin')
})

test('the last owner can neither go nor step down, and is told why', async ({ page }) => {
  const words = 'Mira Kovač is the last owner of Harbour Works. Make somebody else an owner first.'
  await page.goto('/members')
  await page.getByRole('button', { name: 'What to do with Mira' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await expect(page.getByRole('dialog').getByText(words)).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Remove' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'What to do with Mira' }).click()
  await page.getByRole('menuitem', { name: 'Change role' }).click()
  await page.getByRole('dialog').getByLabel('Admin').check()
  await expect(page.getByRole('dialog').getByText(words)).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Change role' })).toBeDisabled()
})

test('what only the server knows of owners is said in its words', async ({ page, fake }) => {
  const body = {
    title: 'A tenant keeps at least one owner.',
    status: 409,
    code: 'wrong_state',
    blame: 'you',
    fix: 'Make somebody else an owner first.',
    request_id: 'r',
  }
  await fake.set({ overrides: { 'DELETE /api/v1/tenant/members/{user_id}': { status: 409, body } } })
  await page.goto('/members')
  await page.getByRole('button', { name: 'What to do with Jonas Weber' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove Jonas Weber?' })
  await expect(dialog).toContainText('their keys are revoked for good')
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog).toContainText('A tenant keeps at least one owner.')
  await fake.set({ overrides: {} })
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('Jonas Weber is removed.')).toBeVisible()
})

test('admins cannot touch owners', async ({ page, fake }) => {
  await fake.set({ role: 'admin' })
  await page.goto('/members')
  await expect(page.getByRole('button', { name: 'What to do with Priya Nair' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'What to do with Mira' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  await expect(page.getByRole('dialog').getByLabel('Owner')).toHaveCount(0)
})

test('members are told which role the page needs', async ({ page, fake }) => {
  await fake.set({ role: 'member' })
  await page.goto('/members')
  await expect(page.getByText('This page needs the role admin.')).toBeVisible()
})

test('axe finds nothing on the menu and the dialogs', async ({ page }) => {
  await page.goto('/members')
  const found: string[] = []
  await inEveryLook(page, async look => {
    await page.getByRole('button', { name: 'What to do with Mira' }).click()
    await expect(page.getByRole('menuitem', { name: 'Change role' })).toBeVisible()
    found.push(...(await findings(page)).map(one => `${look} ${one}`))
    await page.keyboard.press('Escape')
  })
  expect(found).toEqual([])
  await page.getByRole('button', { name: 'What to do with Mira' }).click()
  await page.getByRole('menuitem', { name: 'Change role' }).click()
  await page.getByRole('dialog').getByLabel('Admin').check()
  expect(await findingsInEveryLook(page)).toEqual([])
})

test('a name with letters beyond English is in one font', async ({ page }) => {
  await page.goto('/members')
  await expect(page.getByRole('row', { name: /Mira Kovač/ })).toBeVisible()
  const loaded = () =>
    page.evaluate(
      () => [...document.fonts].filter(font => /^"?Geist"?$/.test(font.family) && font.status === 'loaded').length,
    )
  await expect.poll(loaded).toBe(2)
})
