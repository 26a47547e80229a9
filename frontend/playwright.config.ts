import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.ts'

const executablePath = findBrowser()
if (!executablePath)
  throw new Error('no Chromium found: install the package chromium, or name one by FREEHOLD_CHROMIUM')

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 5000 },
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    actionTimeout: 10_000,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'off',
    launchOptions: { executablePath, args: browserFlags() },
  },
})
