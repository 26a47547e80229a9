/** The rules that hold on every screen, with what it shows once it is there. */
import { routes, shellPath } from '../../src/routes.ts'
import { id } from '../fake-api/ids.ts'
import { findingsInEveryLook } from './axe'
import { expect, test } from './fixture'

/** Address -> words that stand on it once all of it was read. */
const BEHIND: Readonly<Record<string, string>> = {
  '/': 'Crane 4 maintenance plan',
  '/chat': 'Crane 4 maintenance plan',
  [`/chat/${id(100)}`]: 'Two signatures are due',
  '/models': 'Runs out of GPU memory on start',
  '/models/qwen3-8b': 'CPU',
  '/deploy': 'Engine',
  '/usage': 'Spent so far',
  '/keys': 'berth-planner',
  '/members': 'tomas@harbour.example',
  '/settings': 'Safari on iOS',
}
const OPEN: Readonly<Record<string, string>> = {
  '/sign-in': 'Sign in to Freehold',
  '/setup': 'Bootstrap token',
  '/invite': 'invitation',
  '/offline': 'Offline',
  '/nothing-here': 'There is nothing at this address',
}

test('every route is among the screens that are looked at', () => {
  const shells = routes.map(shellPath).map(path => (path === '/index' ? '/' : path))
  const seen = Object.keys({ ...BEHIND, ...OPEN }).map(path => path.replace(/^\/(chat|models)\/.+/, '/$1/_'))
  expect(shells.filter(path => !seen.includes(path))).toEqual([])
})

for (const [signedIn, screens] of [
  [true, BEHIND],
  [false, OPEN],
] as const) {
  test.describe(signedIn ? 'behind the door' : 'before the door', () => {
    test.use({ signedIn })
    for (const [path, words] of Object.entries(screens)) {
      test(`${path} breaks no rule of accessibility and does not scroll sideways, in any look`, async ({ page }) => {
        await page.goto(path)
        await expect(page.getByText(words).filter({ visible: true }).first()).toBeVisible()
        await expect(page.locator('.skeleton')).toHaveCount(0)
        expect(await findingsInEveryLook(page)).toEqual([])
      })
    }
  })
}
