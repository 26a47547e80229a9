import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.ts'

/** Against an installation, as `.local/freehold.env` of `make up` describes it: nothing here is faked. */
const executablePath = findBrowser()
const baseURL = process.env.FREEHOLD_URL
if (!executablePath)
  throw new Error('no Chromium found: install the package chromium, or name one by FREEHOLD_CHROMIUM')
if (!baseURL) throw new Error('FREEHOLD_URL is not set: load .local/freehold.env, which make up writes')

export default defineConfig({
  testDir: 'tests/installed',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  outputDir: 'test-results/installed',
  use: {
    baseURL,
    actionTimeout: 15_000,
    browserName: 'chromium',
    locale: 'en-GB',
    launchOptions: { executablePath, args: browserFlags() },
  },
})
