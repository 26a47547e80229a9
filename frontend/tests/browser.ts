/** Which browser runs the tests: the one named, Playwright's own, or the system's. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const runs = (file: string) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The program's path, or undefined where there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.FREEHOLD_CHROMIUM) return env.FREEHOLD_CHROMIUM
  if (existsSync(chromium.executablePath())) return chromium.executablePath()
  const folders = (env.PATH ?? '').split(delimiter)
  return [...NAMES.flatMap(name => folders.map(folder => join(folder, name))), ...MAC].find(runs)
}

/** No calls of the browser's own: a foreign request in a test is the page's. */
export function browserFlags(uid: number | undefined = process.getuid?.()): string[] {
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    '--disable-dev-shm-usage',
  ]
  return uid === 0 ? ['--no-sandbox', ...quiet] : quiet
}
