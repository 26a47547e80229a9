/** Draws the PNG icons from the mark, by a browser: `node build/icons.ts`. The results are committed. */
import { chromium } from '@playwright/test'
import { browserFlags, findBrowser } from '../tests/browser.ts'
import { join } from 'node:path'

const MARK =
  '<path d="M3 3h20v20H3z" fill="none" stroke="INK" stroke-width="1.8"/><path d="M3 12.5h10.5V23H3z" fill="INK"/><path d="M13.5 3v9.5H23" fill="none" stroke="INK" stroke-width="1.8"/>'
const PAPER = '#f9fafc'
const INK = '#171c26'

/** `share`: how much of the square the mark takes; maskable icons lose up to a fifth at each edge. */
const ICONS = [
  { name: 'icon-192', size: 192, share: 0.78, ground: PAPER, ink: INK, round: 0.18 },
  { name: 'icon-512', size: 512, share: 0.78, ground: PAPER, ink: INK, round: 0.18 },
  { name: 'maskable-512', size: 512, share: 0.56, ground: PAPER, ink: INK, round: 0 },
  { name: 'monochrome-512', size: 512, share: 0.78, ground: 'transparent', ink: '#000', round: 0 },
  { name: 'apple-180', size: 180, share: 0.66, ground: PAPER, ink: INK, round: 0 },
]

const browser = await chromium.launch({ executablePath: findBrowser() as string, args: browserFlags() })
for (const { name, size, share, ground, ink, round } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const inner = size * share
  await page.setContent(
    `<body style="margin:0;background:transparent"><div style="width:${size}px;height:${size}px;display:grid;place-items:center;background:${ground};border-radius:${size * round}px"><svg width="${inner}" height="${inner}" viewBox="0 0 26 26">${MARK.replaceAll('INK', ink)}</svg></div>`,
  )
  await page.screenshot({ path: join(import.meta.dirname, `../public/icons/${name}.png`), omitBackground: true })
  await page.close()
}
await browser.close()
