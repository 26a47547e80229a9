'use client'
import dynamic from 'next/dynamic'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useRef, type ReactNode } from 'react'
import { ToastHost } from '@/components/ui/toast'
import { can, leastRole } from '@/lib/auth/can'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { matchRoute } from '@/routes'
import { useEntries } from '../hooks/use-entries'
import { useGlobalKeys } from '../hooks/use-global-keys'
import { BottomBar } from './bottom-bar'
import { OfflineBar } from './offline-bar'
import { Rail } from './rail'

const Forbidden = dynamic(() => import('@/components/ui/trouble').then(module => module.Forbidden), { ssr: false })

export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  return ((words[0]?.[0] ?? '') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase() || '·'
}

interface ShellProps {
  children: ReactNode
  /** Palette, sheets and cards. */
  overlays?: ReactNode
  /** Shown while online: one bar at a time. */
  banner?: ReactNode
}

/** The frame of every screen behind sign-in. The app composes what lies over and above it. */
export function Shell({ children, overlays, banner }: ShellProps): ReactNode {
  const auth = useAuth()
  const entries = useEntries()
  useGlobalKeys()
  useGuard()
  const main = useArrival()
  const name = auth.user?.name ?? ''
  return (
    <div className="grid h-dvh grid-rows-[minmax(0,1fr)_auto] sm:grid-cols-[76px_minmax(0,1fr)] sm:grid-rows-[minmax(0,1fr)]">
      <a
        href="#main"
        className="bg-surface rounded-control sr-only z-50 px-3 py-2 focus:not-sr-only focus:absolute focus:m-2"
      >
        {t('Skip to content')}
      </a>
      <Rail entries={entries} initials={initialsOf(name)} name={name} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <OfflineBar otherwise={banner} />
        <main id="main" ref={main} tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto">
          <Allowed>{children}</Allowed>
        </main>
      </div>
      <BottomBar entries={entries} />
      {overlays}
      <ToastHost />
    </div>
  )
}

/** A screen that the role may not open says so in its place. */
function Allowed({ children }: { children: ReactNode }): ReactNode {
  const auth = useAuth()
  const needs = matchRoute(usePathname() ?? '/')?.needs
  if (!needs || !auth.role || can(auth, needs)) return children
  return (
    <div className="px-4 sm:px-9">
      <Forbidden role={leastRole(needs)} />
    </div>
  )
}

/** Signed out means sign-in, and back to where one was. */
function useGuard(): void {
  const { status, user } = useAuth()
  const nobody = status === 'signedOut' || (status === 'offline' && !user)
  const router = useRouter()
  useEffect(() => {
    if (!nobody) return
    const here = location.pathname + location.search
    router.replace(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`)
  }, [nobody, router])
}

const HEADING_MS = 3000

/** The heading takes the focus, also when its screen is still being loaded; until then the page has it. */
function arrive(main: HTMLElement): () => void {
  main.scrollTo(0, 0)
  main.focus({ preventScroll: true })
  const take = () => {
    const heading = main.querySelector<HTMLElement>('[data-page-title]')
    if (!heading) return
    end()
    if (document.activeElement === main || document.activeElement === document.body)
      heading.focus({ preventScroll: true })
  }
  const watcher = new MutationObserver(take)
  const timer = setTimeout(() => watcher.disconnect(), HEADING_MS)
  const end = () => {
    watcher.disconnect()
    clearTimeout(timer)
  }
  watcher.observe(main, { childList: true, subtree: true })
  take()
  return end
}

/** After a change of route: the title of the tab, the focus on the heading, the top of the page. */
function useArrival() {
  const main = useRef<HTMLElement>(null)
  const pathname = usePathname()
  const before = useRef<string>(undefined)
  useEffect(() => {
    const title = matchRoute(location.pathname)?.title
    document.title = title ? `${t(title)} · Freehold` : 'Freehold'
    const moved = before.current !== undefined && before.current !== pathname
    before.current = pathname
    return moved && main.current ? arrive(main.current) : undefined
  }, [pathname])
  return main
}
