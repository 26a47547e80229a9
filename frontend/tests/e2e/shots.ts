/** `node tests/e2e/shots.ts FOLDER [route …]`: pictures of the routes, desktop and phone, both themes, to be looked at. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { browserFlags, findBrowser } from '../browser.ts'
import { createFake } from '../fake-api/server.ts'

const [folder = 'test-results/shots', ...wanted] = process.argv.slice(2)
const paths = wanted.length
  ? wanted
  : [
      '/',
      '/settings',
      '/sign-in',
      '/setup',
      '/invite',
      '/offline',
      '/nothing-here',
      '/models',
      '/chat',
      '/usage',
      '/keys',
      '/members',
    ]
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

mkdirSync(folder, { recursive: true })
const server = createFake()
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as { port: number }
const browser = await chromium.launch({ executablePath: findBrowser() as string, args: browserFlags() })
for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const context = await browser.newContext({
      viewport,
      colorScheme: theme,
      deviceScaleFactor: 1,
      hasTouch: size === 'phone',
      isMobile: size === 'phone',
      timezoneId: 'Europe/Berlin',
    })
    const page = await context.newPage()
    page.on('console', message => message.type() === 'error' && console.log(`${message.text()}`))
    page.on('pageerror', error => console.log(`error ${error.message}`))
    for (const path of paths) {
      const open = ['/sign-in', '/setup', '/invite'].includes(path)
      await fetch(`http://127.0.0.1:${port}/__fake`, {
        method: 'POST',
        body: JSON.stringify({ reset: true, signedIn: !open, setupNeeded: open }),
      })
      await page.goto(`http://127.0.0.1:${port}${path}`)
      await page.waitForTimeout(1200)
      await page.screenshot({ path: join(folder, `${path.replaceAll('/', '_')}-${size}-${theme}.png`) })
    }
    await context.close()
  }
}
await browser.close()
server.closeAllConnections()
server.close()
