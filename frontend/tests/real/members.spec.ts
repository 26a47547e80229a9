/** Somebody is invited, joins on a device of their own, gets another role, and is removed; and the devices of a person. */
import { accessible, expect, signIn, test } from './fixture.ts'
import { OWNER, type Person } from './installation.ts'

const PRIYA: Person = { name: 'Priya Nair', email: 'priya@harbour.example', password: 'another long password' }

test('a person is invited, joins, gets another role and is removed', async ({ owner: page, device }) => {
  await page.goto('/members')
  await accessible(page)
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  const form = page.getByRole('dialog', { name: 'Invite somebody' })
  await form.getByLabel('E-mail').fill('priya')
  await form.getByRole('button', { name: 'Make the link' }).click()
  await expect(form.getByRole('alert')).toBeVisible()
  await expect(form.getByLabel('E-mail')).toHaveValue('priya')
  await form.getByLabel('E-mail').fill(OWNER.email)
  await form.getByRole('button', { name: 'Make the link' }).click()
  await expect(form.getByText(/is a member already/)).toBeVisible()
  await accessible(page)
  await form.getByLabel('E-mail').fill(PRIYA.email)
  await form.getByRole('button', { name: 'Make the link' }).click()
  const shown = page.getByRole('dialog', { name: `The link for ${PRIYA.email}` })
  await accessible(page)
  await shown.getByRole('button', { name: 'Copy' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await shown.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('row', { name: new RegExp(PRIYA.email) })).toContainText('Member')

  const theirs = await device()
  await theirs.goto(link)
  await theirs.getByRole('button', { name: 'Join and sign in' }).click()
  await expect(theirs.getByText('Enter your name, as others should see it.')).toBeVisible()
  await theirs.getByLabel('Your name').fill(PRIYA.name)
  await theirs.getByLabel('Password', { exact: true }).fill(PRIYA.password)
  await theirs.getByRole('button', { name: 'Join and sign in' }).click()
  await expect(theirs.getByRole('heading', { name: 'Hello Priya' })).toBeVisible()
  await theirs.goto('/members')
  await expect(theirs.getByText('This page needs the role admin.')).toBeVisible()
  await accessible(theirs)

  await page.reload()
  await page.getByRole('button', { name: `What to do with ${PRIYA.name}` }).click()
  await page.getByRole('menuitem', { name: 'Change role' }).click()
  const role = page.getByRole('dialog', { name: `Change the role of ${PRIYA.name}` })
  await role.getByLabel('Admin').check()
  await accessible(page)
  await role.getByRole('button', { name: 'Change role' }).click()
  await expect(page.getByRole('row', { name: /Priya/ })).toContainText('Admin')
  await expect(async () => {
    await theirs.reload()
    await expect(theirs.getByRole('row', { name: /Mira/ })).toBeVisible({ timeout: 3000 })
  }).toPass()

  await page.getByRole('button', { name: `What to do with ${PRIYA.name}` }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await accessible(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText(`${PRIYA.name} is removed.`)).toBeVisible()
  await expect(async () => {
    await theirs.reload()
    await expect(theirs).toHaveURL(/sign-in/, { timeout: 3000 })
  }).toPass()
})

test('a session that is ended from another device is signed out there; signing out leaves nothing', async ({
  owner: page,
  device,
}) => {
  const other = await device({ userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Firefox/140.0' })
  await signIn(other, OWNER)
  await page.goto('/settings')
  await accessible(page)
  await page.getByRole('button', { name: 'End the session on Firefox on macOS' }).click()
  await expect(page.getByText('Firefox on macOS')).toHaveCount(0)
  await expect(async () => {
    await other.reload()
    await expect(other).toHaveURL(/sign-in/, { timeout: 3000 })
  }).toPass()

  await page.getByLabel('Name', { exact: true }).fill(' ')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Enter your name.')).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('Mira K.')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved')).toBeVisible()
})
