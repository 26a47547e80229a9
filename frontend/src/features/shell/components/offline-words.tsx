'use client'
import { useEffect, useState, type ReactNode } from 'react'
import { Banner } from '@/components/ui/banner'
import { t } from '@/lib/i18n/t'
import { currentStore } from '@/lib/offline/store'
import { SYNCED_AT } from '@/lib/offline/sync'
import { runtime } from '@/lib/runtime/runtime'
import { clock } from '@/lib/time/words'

/** "Offline. Synced 14:02. 2 messages wait." */
export default function OfflineWords(): ReactNode {
  const [syncedAt, setSyncedAt] = useState<number>()
  const [waiting, setWaiting] = useState(0)
  useEffect(() => {
    void currentStore()
      .then(store => store?.get('kv', SYNCED_AT))
      .then(at => setSyncedAt(at as number | undefined))
    return runtime().outbox.subscribe(items => setWaiting(items.filter(item => item.body.type === 'send').length))
  }, [])
  const parts = [
    t('Offline.'),
    syncedAt && t('Synced {time}.', { time: clock(new Date(syncedAt)) }),
    waiting > 0 && t('{n, plural, one {# message waits} other {# messages wait}}.', { n: waiting }),
  ]
  return <Banner>{parts.filter(Boolean).join(' ')}</Banner>
}
