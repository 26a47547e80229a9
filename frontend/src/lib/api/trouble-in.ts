/** Apart from `problem`, which every page loads at once: only screens that are loaded later ask this. */
import { toTrouble, type Trouble } from './problem'

/**
 * What to say of a question that failed. Nothing where only the connection is missing and there is an answer to show:
 * the bar above the page says that already.
 */
export function troubleIn({ error, data }: { error: unknown; data: unknown }): Trouble | undefined {
  if (!error) return undefined
  const trouble = toTrouble(error)
  return trouble.status === 0 && data !== undefined ? undefined : trouble
}
