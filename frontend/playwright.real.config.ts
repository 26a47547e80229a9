import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.ts'

/** Against the real app without a cluster: `python -m dev trial` starts it and says where it is. */
const executablePath = findBrowser()
const baseURL = process.env.FREEHOLD_URL
if (!executablePath)
  throw new Error('no Chromium found: install the package chromium, or name one by FREEHOLD_CHROMIUM')
if (!baseURL) throw new Error('FREEHOLD_URL is not set: run this by `python -m dev trial`, see tools/frontend.sh')

export default defineConfig({
  testDir: 'tests/real',
  forbidOnly: true,
  retries: 0,
  workers: 1, // one installation, one owner, one model on two cores
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  outputDir: 'test-results/real',
  projects: [
    { name: 'first run', testMatch: 'first-run.spec.ts' },
    { name: 'real', testIgnore: 'first-run.spec.ts', dependencies: ['first run'] },
  ],
  use: {
    baseURL,
    actionTimeout: 20_000,
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'off',
    launchOptions: { executablePath, args: browserFlags() },
  },
})
