'use client'
import { useEffect, useSyncExternalStore, type ReactNode } from 'react'
import { Banner } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { t } from '@/lib/i18n/t'
import { usePrefs } from '@/lib/prefs/prefs'
import { applyUpdate, onUpdate, updateReady, watchWorker } from '../worker'

let watching = false

/** "Update ready", for the reader to take when it suits. Also counts the visits. */
export function UpdateBar(): ReactNode {
  const ready = useSyncExternalStore(onUpdate, updateReady, () => false)
  useEffect(() => {
    if (watching) return
    watching = true
    usePrefs.setState(({ visits }) => ({ visits: visits + 1 }))
    watchWorker()
  }, [])
  if (!ready) return null
  const action = (
    <Button small onClick={applyUpdate}>
      {t('Reload now')}
    </Button>
  )
  return <Banner action={action}>{t('Update ready. Drafts and waiting messages stay.')}</Banner>
}
