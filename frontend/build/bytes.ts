/** What each page makes a browser fetch before it works, kB gzip, against the budgets of `routes.ts` and the design. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { routes, shellPath } from '../src/routes.ts'

const KB = 1000
const CSS_MOST = 15
const HTML_MOST = 12

export interface Weight {
  readonly page: string
  readonly scripts: number
  readonly styles: number
  readonly html: number
  readonly budget: number
}

/** Script files that a page loads at once; `nomodule` ones are for browsers that cannot run the rest. */
export function scriptsOf(html: string): string[] {
  const tags = html.match(/<script\b[^>]*>/g) ?? []
  const found = tags.filter(tag => !/\bnomodule\b/i.test(tag)).map(tag => /\bsrc="([^"]+)"/.exec(tag)?.[1])
  return [...new Set(found.filter(src => src !== undefined))]
}

export function stylesOf(html: string): string[] {
  const tags = html.match(/<link\b[^>]*rel="stylesheet"[^>]*>/g) ?? []
  return [...new Set(tags.map(tag => /\bhref="([^"]+)"/.exec(tag)?.[1]).filter(href => href !== undefined))]
}

export function weigh(out: string): Weight[] {
  const sizes = new Map<string, number>()
  const size = (url: string) => {
    const path = url.split('?')[0] as string
    if (!sizes.has(path)) sizes.set(path, gzipSync(readFileSync(join(out, path)), { level: 9 }).length / KB)
    return sizes.get(path) as number
  }
  const sum = (urls: string[]) => urls.reduce((total, url) => total + size(url), 0)
  return routes.map(route => {
    const page = shellPath(route)
    const html = readFileSync(join(out, `${page}.html`), 'utf8')
    return {
      page,
      scripts: sum(scriptsOf(html)),
      styles: sum(stylesOf(html)),
      html: gzipSync(html).length / KB,
      budget: route.budget,
    }
  })
}

export function tooHeavy({ page, scripts, styles, html, budget }: Weight): string[] {
  const over = (what: string, is: number, most: number) =>
    is > most ? [`${page}: ${what} ${is.toFixed(1)} kB, at most ${most}`] : []
  return [...over('scripts', scripts, budget), ...over('styles', styles, CSS_MOST), ...over('HTML', html, HTML_MOST)]
}

export function checkBytes(out: string): string[] {
  const weights = weigh(out)
  for (const { page, scripts, styles, html, budget } of weights) {
    console.log(
      `${page.padEnd(14)} js ${scripts.toFixed(1).padStart(6)} of ${budget}  css ${styles.toFixed(1)}  html ${html.toFixed(1)}`,
    )
  }
  return weights.flatMap(tooHeavy)
}

if (import.meta.main) {
  const problems = checkBytes(join(import.meta.dirname, '../out'))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length ? 1 : 0
}
