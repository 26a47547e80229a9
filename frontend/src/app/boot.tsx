'use client'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { boot } from '@/lib/boot'
import { rootMarks, usePrefs } from '@/lib/prefs/prefs'

const dark = () => matchMedia('(prefers-color-scheme: dark)')

function onDark(listener: () => void): () => void {
  const query = dark()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/**
 * Starts the page once, fails with it where it cannot start, and keeps theme and density on the root after the inline
 * script set them.
 */
export function Boot(): null {
  const theme = usePrefs(prefs => prefs.theme)
  const density = usePrefs(prefs => prefs.density)
  const systemDark = useSyncExternalStore(
    onDark,
    () => dark().matches,
    () => false,
  )
  const [failure, setFailure] = useState<unknown>()
  useEffect(() => void boot().catch(setFailure), [])
  useEffect(() => {
    Object.assign(document.documentElement.dataset, rootMarks({ theme, density }, systemDark))
  }, [theme, density, systemDark])
  if (failure) throw failure
  return null
}
