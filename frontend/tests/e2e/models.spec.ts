/** Models: the list, one Model, and the deploy form, on the built pages beside the fake API. */
import { findingsInEveryLook } from './axe'
import { draftKept } from './device-store'
import { expect, test } from './fixture'

/** Beside those that `screens.spec.ts` looks at. */
const VIEWS: Readonly<Record<string, string | RegExp>> = {
  '/models/coder-14b': 'It needs more memory than its pod may use.',
  '/models/mistral-small?tab=logs': 'Live, 400 lines',
  '/models/coder-14b?tab=history': 'Revision',
  '/deploy?model=mistral-small&view=yaml': 'mistral-small',
}

for (const [path, words] of Object.entries(VIEWS))
  test(`${path} breaks no rule of accessibility and does not scroll sideways, in any look`, async ({ page }) => {
    await page.goto(path)
    await expect(page.getByText(words).filter({ visible: true }).first()).toBeVisible()
    await expect(page.locator('.skeleton')).toHaveCount(0)
    expect(await findingsInEveryLook(page)).toEqual([])
  })

test('a failed Model explains itself in its row', async ({ page }) => {
  await page.goto('/models')
  await expect(page.getByText('4 of 7 answer now, 2 wake on demand, 1 needs you.')).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: 'coder-14b' })
  await expect(row).toContainText('It needs more memory than its pod may use.')
  await expect(row).toContainText('kubectl describe model coder-14b -n tenant-harbour')
})

test('the list follows the events stream', async ({ page, fake }) => {
  await page.goto('/models')
  const row = page.getByRole('row').filter({ hasText: 'whisper-large' })
  await expect(row).toContainText('Asleep')
  await expect(async () => {
    await fake.set({
      push: {
        event: 'model',
        data: {
          name: 'whisper-large',
          row: {
            phase: 'Ready',
            reason: 'Serving',
            replicas: { ready: 1, desired: 1, min: 0, max: 1, mode: 'Requests' },
          },
        },
      },
    })
    await expect(row).toContainText('1 of 1 replica', { timeout: 300 })
  }).toPass()
  await fake.set({ push: { event: 'model', data: { name: 'whisper-large', row: null } } })
  await expect(row).toHaveCount(0)
})

test('filters live in the address and by the keyboard', async ({ page }) => {
  await page.goto('/models?show=embeddings')
  await expect(page.locator('[data-model]')).toHaveCount(1)
  await page.getByRole('button', { name: /^All/ }).click()
  await expect(page).toHaveURL(/\/models$/)
  await page.locator('h1').click()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(page.locator('[data-model]').nth(1)).toBeFocused()
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await expect(page.locator('h1')).toHaveText('coder-14b')
})

test('suspend shows at once and can be undone', async ({ page }) => {
  await page.goto('/models/mistral-small')
  await page.getByRole('button', { name: 'Suspend' }).click()
  await expect(page.getByText('mistral-small is suspended')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible()
})

test('a refused action is taken back and says why in place', async ({ page, fake }) => {
  await fake.set({
    overrides: {
      'POST /api/v1/models/{name}/suspend': {
        status: 409,
        body: {
          code: 'managed_elsewhere',
          title: 'This Model is managed elsewhere.',
          detail: 'flux set suspend.',
          fix: 'Change it there.',
          status: 409,
          request_id: 'r-1',
          blame: 'you',
        },
      },
    },
  })
  await page.goto('/models/mistral-small')
  await page.getByRole('button', { name: 'Suspend' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'flux set suspend.' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible()
})

test('deleting asks for the name', async ({ page, fake }) => {
  const whisper = { bucket: null, group: 'whisper-large', kind: 'one', label: 'whisper-large', detail: null }
  const sums = { requests: 37, errors: 0, tokens: 9, prompt_tokens: 5, completion_tokens: 4, cost_usd_micros: 0 }
  const top = { from: '2026-11-22', to: '2026-11-28', items: [{ ...whisper, ...sums, own_tokens: 9 }] }
  await fake.set({ overrides: { 'GET /api/v1/usage/top': { status: 200, body: top } } })
  await page.goto('/models')
  await page.getByRole('button', { name: 'Actions for whisper-large' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('It answered 37 requests in the last 7 days.')
  await expect(dialog.getByRole('button', { name: 'Delete it' })).toBeDisabled()
  await dialog.getByRole('textbox').fill('whisper-large')
  await dialog.getByRole('button', { name: 'Delete it' }).click()
  await expect(page.locator('[data-model]')).toHaveCount(6)
})

test('scaling with an autoscaler explains the bounds', async ({ page }) => {
  await page.goto('/models/mistral-small')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Scale' }).click()
  await expect(page.getByRole('dialog')).toContainText('between 0 and 4 replicas')
})

test('the log is followed, filtered, and holds few rows', async ({ page }) => {
  await page.goto('/models/mistral-small')
  await expect(page.getByRole('tab', { name: 'Logs' })).toBeVisible()
  await page.keyboard.press('3')
  await expect(page.getByText('Live, 400 lines')).toBeVisible()
  expect(await page.getByRole('log').locator('div').count()).toBeLessThan(400)
  await page.getByRole('searchbox').fill('n_ctx')
  await expect(page.getByText(/^Live, 6\d of 400 lines$/)).toBeVisible()
})

test('a Model is deployed from the form', async ({ page }) => {
  await page.goto('/deploy')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(page.getByText('Give a name; callers send it as model.')).toBeVisible()
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.getByLabel('Name', { exact: true }).fill('mistral-small')
  await expect(page.getByText('This name is taken.')).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('smollm2')
  await expect(page.getByText('The cluster accepts it.')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('h1')).toHaveText('smollm2')
})

test('the server’s objection lands on its field, and what was typed stays', async ({ page }) => {
  await page.goto('/deploy')
  await page.getByLabel('Name', { exact: true }).fill('smollm2')
  await page.getByLabel('Fewest pods').fill('3')
  await expect(page.getByText('The cluster would refuse it as it is.')).toBeVisible()
  await expect(page.getByLabel('Fewest pods')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Fewest pods')).toHaveValue('3')
  await page.getByLabel('Most pods').fill('many')
  await expect(page.getByText('Give a whole number.')).toBeVisible()
  await expect(page.getByLabel('Most pods')).toHaveValue('many')
})

test('form and YAML edit one object; text that cannot be read stays', async ({ page }) => {
  await page.goto('/deploy')
  await page.getByLabel('Name', { exact: true }).fill('echo')
  await page.getByRole('button', { name: 'YAML' }).click()
  const yaml = page.getByLabel('The Model as YAML')
  await expect(yaml).toHaveValue(/name: echo/)
  await yaml.fill('metadata:\n  name: echo-2\nspec:\n  engine: [')
  await expect(page.getByText(/^Line \d+: /)).toBeVisible()
  await yaml.fill('metadata:\n  name: echo-2\nspec:\n  engine: Echo\n  maxReplicas: 2\n')
  await page.getByRole('button', { name: 'Form' }).click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('echo-2')
  await expect(page.getByLabel('Most pods')).toHaveValue('2')
})

test('a draft survives a reload', async ({ page }) => {
  await page.goto('/deploy')
  await page.getByLabel('Name', { exact: true }).fill('kept')
  await draftKept(page, 'kept')
  await page.reload()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('kept')
  await page.getByRole('button', { name: 'Start over' }).click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('')
})

test('an edit shows what changes before it is applied', async ({ page }) => {
  await page.goto('/deploy?model=mistral-small')
  await expect(page.getByText('Nothing is changed yet.')).toBeVisible()
  await page.getByLabel('Most pods').fill('6')
  const side = page.getByRole('complementary')
  await expect(side).toContainText('maxReplicas')
  await expect(side).toContainText('4 → 6')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByText('mistral-small is changed')).toBeVisible()
})

test('a viewer sees everything and can change nothing', async ({ page, fake }) => {
  await fake.set({ role: 'viewer' })
  await page.goto('/models')
  await expect(page.locator('[data-model]')).toHaveCount(7)
  await expect(page.getByRole('link', { name: 'Deploy a model' })).toHaveCount(0)
  await page.goto('/models/mistral-small')
  await expect(page.getByRole('tab')).toHaveText(['Overview', 'History', 'Config'])
  await page.goto('/deploy')
  await expect(page.getByText('This page needs the role engineer.')).toBeVisible()
})

test('empty, error and not found are designed', async ({ page, fake }) => {
  await fake.set({ models: [] })
  await page.goto('/models')
  await expect(page.getByRole('link', { name: 'Deploy the first Model' })).toBeVisible()
  await page.goto('/models/gone')
  await expect(page.getByText('There is no Model named gone in your tenant.')).toBeVisible()
  await fake.set({
    overrides: {
      'GET /api/v1/models': {
        status: 422,
        body: {
          title: 'Bad',
          detail: 'The list cannot be read.',
          code: 'bad_filter',
          status: 422,
          request_id: 'r-9',
          blame: 'you',
        },
      },
    },
  })
  await page.goto('/models')
  await expect(page.getByRole('alert').filter({ hasText: 'The list cannot be read.' })).toBeVisible()
  await expect(page.getByText('Request r-9')).toBeVisible()
})
