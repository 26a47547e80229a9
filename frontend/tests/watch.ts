/** What a page must never do, whatever a test looks at: break its policy, write errors, call others, fail to hydrate. */
import type { Page } from '@playwright/test'

/** Messages that a test provokes on purpose, such as a refused call. */
const EXPECTED = [/^Failed to load resource/, /net::ERR_(FAILED|INTERNET_DISCONNECTED|CONNECTION|EMPTY_RESPONSE)/]

/** The list grows while the page lives; `own` is the only origin that it may call. */
export function watch(page: Page, own: string, wrong: string[] = []): string[] {
  page.on('console', message => {
    if (message.type() !== 'error' && !/violat|hydrat/i.test(message.text())) return
    if (!EXPECTED.some(pattern => pattern.test(message.text()))) wrong.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => wrong.push(`error: ${error.message}`))
  page.on('request', request => {
    if (!request.url().startsWith(own) && !/^(blob|data):/.test(request.url()))
      wrong.push(`foreign request: ${request.url()}`)
  })
  return wrong
}
