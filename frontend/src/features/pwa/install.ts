/** When the install card may show: on the second visit or later, at most every 30 days, never once installed. */
import type { Prefs } from '@/lib/prefs/prefs'

export const AGAIN_MS = 30 * 24 * 3_600_000

export interface Platform {
  /** The browser offered to install by itself. */
  readonly offered: boolean
  readonly ios: boolean
  readonly standalone: boolean
}

export type InstallCard = 'none' | 'button' | 'ios'

export function installCard(
  prefs: Pick<Prefs, 'visits' | 'installHiddenAt'>,
  platform: Platform,
  now: number,
): InstallCard {
  if (platform.standalone || prefs.visits < 2 || now - prefs.installHiddenAt < AGAIN_MS) return 'none'
  if (platform.offered) return 'button'
  return platform.ios ? 'ios' : 'none'
}
