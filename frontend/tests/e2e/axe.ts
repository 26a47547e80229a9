/**
 * What axe finds on the page as it stands, and whether it scrolls sideways: on a phone and a desk, in both themes. The
 * page stays open meanwhile: the system's theme and the window change under it, as they do under a reader.
 */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixture'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
const WIDTHS = [1440, 360]

/** Does something in each theme and width; nothing moves, so that nothing is half faded in. */
export async function inEveryLook(page: Page, act: (look: string) => Promise<void>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
      await act(`${colorScheme} ${width}`)
    }
  }
}

/** Rule, and where. One frame, so axe needs no second page to gather what frames say. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags(TAGS)
    .setLegacyMode()
    .analyze()
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)
}

async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const main = document.querySelector('main')
    const document_ = document.documentElement.scrollWidth - innerWidth
    const inner = main ? main.scrollWidth - main.clientWidth : 0
    return [document_ > 0 && `the page scrolls sideways by ${document_}`, inner > 0 && `main does by ${inner}`].filter(
      word => word !== false,
    )
  })
}

/** Everything wrong with the page as it stands, in this look. */
export async function findings(page: Page): Promise<string[]> {
  return [...(await violations(page)), ...(await sideways(page))]
}

/** Everything wrong with the page as it stands, in every look. */
export async function findingsInEveryLook(page: Page): Promise<string[]> {
  const all: string[] = []
  await inEveryLook(page, async look => void all.push(...(await findings(page)).map(one => `${look} ${one}`)))
  return all
}
