/** Apart from `useAuth`, which every page loads at once: only screens that are loaded later ask this. */
import { useAuth } from './use-auth'

/**
 * Whether it is known whose rows are shown. Until then nothing is asked: the cache is emptied when the identity arrives,
 * and what had been answered before would be asked a second time.
 */
export function useKnown(): boolean {
  return useAuth().tenant !== undefined
}
