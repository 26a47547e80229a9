/** The frame: sign-in, the ways in, keyboard, offline. */
import { id } from '../fake-api/ids.ts'
import { answerKept } from './device-store'
import { expect, test } from './fixture'

test.describe('signing in', () => {
  test.use({ signedIn: false })

  test('leads to where one was going', async ({ page }) => {
    await page.goto('/settings')
    await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings/)
    await page.getByLabel('E-mail').fill('mira@harbour.example')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/settings$/)
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  })

  test('says what is wrong and keeps what was typed', async ({ page }) => {
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByText('Enter your e-mail address.')).toBeVisible()
    await expect(page.getByLabel('E-mail')).toBeFocused()
    await page.getByLabel('E-mail').fill('mira@harbour.example')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'No account has this e-mail' })).toBeVisible()
    await expect(page.getByLabel('E-mail')).toHaveValue('mira@harbour.example')
  })

  test('keeps what was typed before the page came alive, and is not pressed until then', async ({ page }) => {
    let release = () => {}
    const held = new Promise<void>(resolve => (release = resolve))
    await page.route('**/_next/static/chunks/*.js', async route => held.then(() => route.continue()))
    await page.goto('/sign-in', { waitUntil: 'commit' })
    await page.getByLabel('E-mail').fill('mira@harbour.example')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeDisabled()
    await page.keyboard.press('Enter')
    release()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
  })

  test('never leads to another site', async ({ page, fake }) => {
    await page.goto('/sign-in?next=//evil.example/')
    await page.getByLabel('E-mail').fill('mira@harbour.example')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(`${fake.url}/`)
  })

  test('the first owner comes by the bootstrap token', async ({ page, fake }) => {
    await fake.set({ setupNeeded: true })
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Make the first owner' }).click()
    await page.getByLabel('Bootstrap token').fill('wrong')
    await page.getByLabel('Your name').fill('Mira')
    await page.getByLabel('E-mail').fill('mira@harbour.example')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Make the owner' }).click()
    await expect(page.getByText('Use at least 12 characters; it has 5.')).toBeVisible()
    await page.getByLabel('Password', { exact: true }).fill('a long enough password')
    await page.getByRole('button', { name: 'Make the owner' }).click()
    await expect(page.getByText('This bootstrap token is wrong or was used already.')).toBeVisible()
    await page.getByLabel('Bootstrap token').fill('bootstrap-token')
    await page.getByRole('button', { name: 'Make the owner' }).click()
    await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
  })

  test('an invitation’s code stays out of every address that is sent', async ({ page }) => {
    const urls: string[] = []
    page.on('request', request => urls.push(request.url()))
    await page.goto('/invite#invite-token')
    await page.getByLabel('Your name').fill('Priya')
    await page.getByLabel('Password', { exact: true }).fill('a long enough password')
    await page.getByRole('button', { name: 'Join and sign in' }).click()
    await expect(page.getByRole('heading', { name: /^Hello/ })).toBeVisible()
    expect(urls.filter(url => url.includes('invite-token'))).toEqual([])
  })
})

test('no token is left anywhere that a script or a disk could find it', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
  const kept = await page.evaluate(async () => {
    const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href, document.cookie]
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>(
        resolve => (indexedDB.open(name ?? '').onsuccess = event => resolve((event.target as IDBOpenDBRequest).result)),
      )
      for (const store of db.objectStoreNames) {
        const all = await new Promise(
          resolve =>
            (db.transaction(store).objectStore(store).getAll().onsuccess = event =>
              resolve((event.target as IDBRequest).result)),
        )
        texts.push(JSON.stringify(all))
      }
      db.close()
    }
    return texts.join('\n')
  })
  expect(kept).toContain('mira@harbour.example')
  expect(kept).not.toContain('.fake')
})

test('signing out removes everything from the device, in every tab', async ({ page, context, fake }) => {
  await page.goto('/settings')
  const other = await context.newPage()
  await other.goto(`${fake.url}/`)
  await expect(other.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/sign-in/)
  await expect(other).toHaveURL(/sign-in/)
  expect(await page.evaluate(async () => (await indexedDB.databases()).map(one => one.name))).toEqual(['freehold'])
})

test('a session that ends leads to sign-in, and a token that ends is renewed unseen', async ({ page, fake }) => {
  await fake.set({ tokenLife: 1000 })
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
  await page.waitForTimeout(1100)
  await page.getByRole('link', { name: /settings of/ }).click()
  await expect(page.getByText('Chrome on Linux')).toBeVisible()
  await fake.set({ signedIn: false })
  await page.waitForTimeout(1100)
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page).toHaveURL(/sign-in/)
})

test.describe('the keyboard', () => {
  test('goes everywhere, shows its keys, and leaves fields alone', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeFocused()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden()
    await page.getByLabel('Name', { exact: true }).fill('g h ?')
    await expect(page).toHaveURL(/settings/)
  })

  test('opens the palette, finds a theme, a Model and a conversation', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
    await page.keyboard.press('ControlOrMeta+k')
    const palette = page.getByRole('combobox')
    await palette.fill('dark')
    await page.keyboard.press('Enter')
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByRole('combobox').fill('crane')
    await expect(page.getByRole('option', { name: /Crane 4 maintenance plan/ })).toBeVisible()
    await page.getByRole('combobox').fill('zzz')
    await expect(page.getByText('Nothing has this name.')).toBeVisible()
    await page.getByRole('combobox').fill('qwen3')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/models\/qwen3-8b$/)
  })

  test('is nowhere trapped: Tab passes every control of the frame and leaves', async ({ page }) => {
    await page.goto('/settings')
    await expect(page.getByText('Chrome on Linux')).toBeVisible()
    const seen = new Set<string>()
    for (let at = 0; at < 60; at++) {
      await page.keyboard.press('Tab')
      seen.add(
        await page.evaluate(
          () =>
            document.activeElement?.textContent ||
            document.activeElement?.getAttribute('aria-label') ||
            document.activeElement?.tagName ||
            '',
        ),
      )
    }
    for (const name of ['Skip to content', 'Chat', 'Sign out', 'Save profile', 'End session'])
      expect([...seen], name).toContain(name)
  })
})

test('the theme is there before the first paint, and follows the system until chosen', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/sign-in', { waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('a role sees only what it may open', async ({ page, fake }) => {
  await fake.set({ role: 'viewer' })
  await page.goto('/members')
  await expect(page.getByText('This page needs the role admin.')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Main' }).first().getByText('Members')).toHaveCount(0)
})

test('a failure says whose it is, and trying again keeps the page', async ({ page, fake }) => {
  const problem = {
    title: 'The database cannot be reached.',
    detail: 'PostgreSQL does not answer.',
    code: 'database_unavailable',
    blame: 'platform',
    request_id: 'req-9',
    fix: 'Try again in a minute.',
  }
  await fake.set({ overrides: { 'GET /api/v1/me/sessions': { status: 503, body: problem } } })
  await page.goto('/settings')
  await expect(page.getByText('PostgreSQL does not answer.')).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText('Request req-9')).toBeVisible()
  await fake.set({ overrides: {} })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('Safari on iOS')).toBeVisible()
})

test.describe('without a connection', () => {
  test.use({ serviceWorkers: 'allow' })

  test('the app opens from the device, shows what it has, and says so', async ({ page, context }) => {
    await page.goto('/keys')
    await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
    await answerKept(page, 'keys')
    await page.goto('/')
    await expect(page.getByRole('heading', { name: 'Recent chats' })).toBeVisible()
    await expect(page.getByText('Crane 4 maintenance plan')).toBeVisible()
    const model = page.getByRole('region', { name: 'Models' }).getByRole('link').first()
    await expect(model).toBeVisible()
    const first = await model.textContent()
    await answerKept(page, 'models')
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })
    await context.setOffline(true)
    await page.reload()
    await expect(page.getByText(/^Offline\./)).toBeVisible({ timeout: 15_000 })
    await expect(page.getByText('Crane 4 maintenance plan')).toBeVisible()
    expect(await model.textContent()).toBe(first)
    await expect(page.getByText(/^As of /)).toBeVisible()
    await expect(page.getByText('Freehold could not be reached.')).toHaveCount(0)
    await page.goto('/keys')
    await expect(page.getByRole('row', { name: /berth-planner/ })).toBeVisible()
    await expect(page.getByText(/^As of /)).toBeVisible()
    await page.goto('/models/anything')
    await expect(page.getByRole('navigation', { name: 'Main' }).first()).toBeVisible()
    await page.goto('/unknown-page')
    await expect(page.getByRole('heading', { name: 'Offline', level: 1 })).toBeVisible()
    await context.setOffline(false)
    await page.goto('/')
    await expect(page.getByText(/^Offline\./)).toBeHidden({ timeout: 15_000 })
  })
})

test.describe('the installed app', () => {
  test.use({ serviceWorkers: 'allow' })

  test('is one that the browser would install', async ({ page }) => {
    await page.goto('/')
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    const session = await page.context().newCDPSession(page)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map(error => error.errorId).filter(id => id !== 'in-incognito')).toEqual([])
  })
})

test('a start that lacks a part says so, and goes on once that can be fetched', async ({ context, fake }) => {
  const html = await (await fetch(`${fake.url}/`)).text()
  const page = await context.newPage()
  let cut = true
  await page.route('**/_next/static/chunks/*.js', route =>
    cut && !html.includes(new URL(route.request().url()).pathname) ? route.abort() : route.continue(),
  )
  await page.goto(`${fake.url}/`)
  await expect(page.getByRole('heading', { name: 'The page failed' })).toBeVisible()
  cut = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
})

/** What a browser's storage does instead of opening. */
const STORAGES = {
  refuses: () => {
    indexedDB.open = () => {
      throw new DOMException('Not here', 'SecurityError')
    }
  },
  'never answers': () => {
    const open = indexedDB.open.bind(indexedDB)
    indexedDB.open = (...how) => Object.assign(open(...how), { addEventListener: () => undefined })
  },
}
for (const [what, breakIt] of Object.entries(STORAGES))
  test(`where the storage ${what}, everything comes from the server`, async ({ page }) => {
    await page.addInitScript(breakIt)
    await page.goto('/')
    await expect(page.getByRole('heading', { name: 'Hello Mira' })).toBeVisible()
    await page.goto(`/chat/${id(100)}`)
    await expect(page.getByRole('log').getByText('Two signatures are due')).toBeVisible({ timeout: 20_000 })
    await expect(page.getByRole('link', { name: /Translate the tide notice/ })).toBeVisible()
    await expect(page.getByText('readable offline')).toHaveCount(0)
  })
