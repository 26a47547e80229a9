/**
 * The dynamic part of the path. One exported shell answers `/models/<anything>`, so the name is read from the location
 * after hydration; while prerendering it is `undefined`, which screens show as loading.
 */
import { usePathname } from 'next/navigation'
import { useSyncExternalStore } from 'react'

/** `/models/qwen3` under `/models` -> `qwen3`; undefined when there is none, or it is the shell's own `_`. */
export function segmentOf(pathname: string, base: string): string | undefined {
  const rest = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1).replace(/\/$/, '') : ''
  if (rest === '' || rest === '_' || rest.includes('/')) return undefined
  try {
    return decodeURIComponent(rest)
  } catch {
    return rest
  }
}

const MOVED = 'freehold:moved'

/** Changes the address without asking the server: for moves between segments of the same screen, and for filters. */
export function moveTo(path: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', path)
  dispatchEvent(new Event(MOVED))
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  addEventListener(MOVED, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(MOVED, listener)
  }
}

const never = () => () => undefined

/** The router follows `history.pushState`, so its path is the one that belongs to what is being rendered. */
export function useSegment(base: string): string | undefined {
  const pathname = usePathname()
  const hydrated = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return hydrated && pathname ? segmentOf(pathname, base) : undefined
}

/** The whole query, for filters that live in the address. */
export function useSearch(): URLSearchParams {
  usePathname()
  const text = useSyncExternalStore(
    subscribe,
    () => location.search,
    () => '',
  )
  return new URLSearchParams(text)
}
