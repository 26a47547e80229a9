/**
 * How fast this machine is just now. Figures are promised for a quiet machine; where others share it, a limit grows by
 * what the same piece of work takes longer, and never shrinks.
 */
import type { Page } from '@playwright/test'

/**
 * What a round of the work is taken to need on a quiet core, ms: set by guess and not yet measured on a quiet machine. It
 * is rather too much, so that limits grow too little and not too far.
 */
const QUIET_MS = 40

/** 1 on a quiet machine, 3 where the page gets a third of a core. */
export async function slowness(page: Page): Promise<number> {
  const took = await page.evaluate(() => {
    const begun = performance.now()
    for (let round = 0; round < 5; round++) {
      const words = Array.from({ length: 20_000 }, (_, at) => ((at * 7919) % 20_011).toString(36))
      JSON.parse(JSON.stringify(words.sort()))
    }
    return (performance.now() - begun) / 5
  })
  return Math.max(1, took / QUIET_MS)
}

export const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN

/** "310 to 420 ms, median 350 of 5". */
export function spread(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b).map(Math.round)
  return `${sorted[0]} to ${sorted.at(-1)} ms, median ${Math.round(median(all))} of ${all.length}`
}
