import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.ts'

const executablePath = findBrowser()
if (!executablePath)
  throw new Error('no Chromium found: install the package chromium, or name one by FREEHOLD_CHROMIUM')

const FIGURES = '**/figures.spec.ts'

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // How long may be waited for what matters, not how long it takes: a busy machine is slow, not wrong.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    actionTimeout: 20_000,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'off',
    // A worker keeps two megabytes per test; those that are about it allow it.
    serviceWorkers: 'block',
    launchOptions: { executablePath, args: browserFlags() },
  },
  // Figures come last and alone, because they measure; `--no-deps` runs them by themselves.
  projects: [
    { name: 'app', testIgnore: FIGURES },
    { name: 'figures', testMatch: FIGURES, dependencies: ['app'], workers: 1, fullyParallel: false },
  ],
})
