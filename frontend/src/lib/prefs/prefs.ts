/**
 * What a person chose for this device: theme, density, single-letter keys. Kept in `localStorage`, the only thing that
 * is, because the theme must be known before the first paint (`theme-script.ts` reads the same entry).
 */
import { create } from 'zustand'
import { PREFS_KEY } from './prefs-key'
import { createJSONStorage, persist } from 'zustand/middleware'

export { PREFS_KEY } from './prefs-key'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'comfortable' | 'compact'

export interface Prefs {
  readonly theme: Theme
  readonly density: Density
  /** Single-letter shortcuts. */
  readonly letters: boolean
  readonly lastModel: string | null
  readonly installHiddenAt: number
  readonly visits: number
}

interface PrefsStore extends Prefs {
  readonly set: (change: Partial<Prefs>) => void
}

export const usePrefs = create<PrefsStore>()(
  persist(
    set => ({
      theme: 'system',
      density: 'comfortable',
      letters: true,
      lastModel: null,
      installHiddenAt: 0,
      visits: 0,
      set: change => set(change),
    }),
    { name: PREFS_KEY, storage: createJSONStorage(() => localStorage) },
  ),
)

/** What the page's root must say for these choices. */
export function rootMarks(
  prefs: Pick<Prefs, 'theme' | 'density'>,
  systemDark: boolean,
): { theme: string; density: string } {
  return { theme: prefs.theme === 'system' ? (systemDark ? 'dark' : 'light') : prefs.theme, density: prefs.density }
}
