import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { t } from '@/lib/i18n/t'
import { press, register } from '@/lib/keyboard/keys'
import { usePrefs } from '@/lib/prefs/prefs'
import { routes } from '@/routes'
import { useOverlays } from '../store/overlays'

/** The listener, `g` + letter for each route, the palette and the sheet of keys. */
export function useGlobalKeys(): void {
  const router = useRouter()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => void press(event, usePrefs.getState().letters)
    const { open } = useOverlays.getState()
    const go = routes
      .filter(route => route.key && !route.dynamic)
      .map(route =>
        register({
          keys: `g ${route.key}`,
          label: t('Go to {place}', { place: t(route.title ?? '') }),
          run: () => router.push(route.path),
        }),
      )
    const off = [
      ...go,
      register({ keys: 'mod+k', label: t('Command palette'), inFields: true, run: () => open('palette') }),
      register({ keys: '?', label: t('Show keys'), run: () => open('keys') }),
      register({ keys: ',', label: t('Settings'), run: () => router.push('/settings') }),
    ]
    addEventListener('keydown', listen)
    return () => {
      removeEventListener('keydown', listen)
      for (const end of off) end()
    }
  }, [router])
}
