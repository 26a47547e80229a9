import { usePathname } from 'next/navigation'
import { can } from '@/lib/auth/can'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { routes, type Route } from '@/routes'

export interface Entry extends Pick<Route, 'path' | 'icon' | 'place'> {
  readonly title: string
  readonly here: boolean
}

const section = (path: string) => `/${path.split('/')[1] ?? ''}`

/**
 * What the reader may go to. Only the first part of the path is rendered: below it, prerendered shells and the real
 * location differ.
 */
export function useEntries(): readonly Entry[] {
  const auth = useAuth()
  const here = section(usePathname() ?? '/')
  return routes
    .filter(route => route.icon && !route.dynamic && (!route.needs || can(auth, route.needs)))
    .map(route => ({
      path: route.path,
      icon: route.icon,
      place: route.place,
      title: t(route.title ?? ''),
      here: section(route.path) === here,
    }))
}
