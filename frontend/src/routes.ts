/**
 * The one table of routes. nginx rules, the service worker's rewrite table, the development rewrites, the rail, the
 * bottom bar and the palette follow from it, so that a route exists everywhere or nowhere.
 */

import type { Action } from './lib/auth/can.ts'

/** The icon's name in `features/shell/icons.ts`. */
export type RouteIcon = 'home' | 'chat' | 'models' | 'usage' | 'keys' | 'members' | 'settings'

export interface Route {
  /** Without a trailing slash and without the dynamic segment. */
  readonly path: string
  /** True: one further segment, answered by the exported shell `<path>/_.html`. */
  readonly dynamic?: boolean
  /** The word in rail, palette and title; absent: reached by links only. */
  readonly title?: string
  readonly icon?: RouteIcon
  /** Second letter after `g`. */
  readonly key?: string
  /** Where the word stands: `rail` on wide screens and under "More" on phones, `bar` also in the bottom bar. */
  readonly place?: 'bar' | 'rail'
  /** The action of `lib/auth/can.ts` without which the entry is absent. */
  readonly needs?: Action
  /** Reachable without a signed-in user. */
  readonly open?: boolean
  /** First-load JavaScript, kB gzip; the build fails above it. */
  readonly budget: number
}

export const routes: readonly Route[] = [
  { path: '/', title: 'Home', icon: 'home', key: 'h', place: 'rail', budget: 165 },
  { path: '/chat', title: 'Chat', icon: 'chat', key: 'c', place: 'bar', needs: 'chat', budget: 180 },
  { path: '/chat', dynamic: true, budget: 180 },
  { path: '/models', title: 'Models', icon: 'models', key: 'm', place: 'bar', budget: 175 },
  { path: '/models', dynamic: true, budget: 190 },
  { path: '/deploy', title: 'Deploy a model', needs: 'models.write', budget: 200 },
  { path: '/usage', title: 'Usage', icon: 'usage', key: 'u', place: 'bar', needs: 'usage.own', budget: 195 },
  { path: '/keys', title: 'Keys', icon: 'keys', key: 'k', place: 'rail', needs: 'keys.own', budget: 165 },
  {
    path: '/members',
    title: 'Members',
    icon: 'members',
    key: 'p',
    place: 'rail',
    needs: 'tenant.admin',
    budget: 190,
  },
  { path: '/settings', title: 'Settings', icon: 'settings', key: 's', budget: 165 },
  { path: '/sign-in', open: true, budget: 155 },
  { path: '/setup', open: true, budget: 155 },
  { path: '/invite', open: true, budget: 155 },
  { path: '/offline', open: true, budget: 155 },
]

/** The file, without `.html`, that answers a route. */
export function shellPath(route: Route): string {
  if (route.dynamic) return `${route.path}/_`
  return route.path === '/' ? '/index' : route.path
}

/** The route that answers a location's path, or undefined where nothing does. */
export function matchRoute(pathname: string): Route | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname
  const exact = routes.find(route => !route.dynamic && route.path === path)
  if (exact) return exact
  return routes.find(
    route => route.dynamic && /^\/[^/]+$/.test(path.slice(route.path.length)) && path.startsWith(route.path),
  )
}
