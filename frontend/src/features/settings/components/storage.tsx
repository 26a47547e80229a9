'use client'
import { useEffect, useState, type ReactNode } from 'react'
import { bytes } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { currentStore } from '@/lib/offline/store'
import { SYNCED_AT } from '@/lib/offline/sync'
import { runtime } from '@/lib/runtime/runtime'
import { moment } from '@/lib/time/words'
import { Section } from './section'

interface Kept {
  readonly conversations: number
  readonly messages: number
  readonly waiting: number
  readonly used: number | undefined
  readonly syncedAt: number | undefined
}

async function look(): Promise<Kept | null> {
  const store = await currentStore()
  if (!store) return null
  const [conversations, messages, waiting, syncedAt, estimate] = await Promise.all([
    store.count('conversations'),
    store.count('messages'),
    store.count('outbox'),
    store.get('kv', SYNCED_AT),
    navigator.storage?.estimate?.(),
  ])
  return { conversations, messages, waiting, used: estimate?.usage, syncedAt: syncedAt as number | undefined }
}

/** What lies on this device, in the open: it is readable offline because it is stored here. */
export function Storage(): ReactNode {
  const [kept, setKept] = useState<Kept | null>()
  const [now] = useState(() => new Date())
  useEffect(() => {
    const read = () => void look().then(setKept)
    read()
    return runtime().sync.onChange(read)
  }, [])
  const lines = kept && [
    t('{n, plural, one {# conversation} other {# conversations}}, {m, plural, one {# message} other {# messages}}', {
      n: kept.conversations,
      m: kept.messages,
    }),
    kept.waiting > 0 && t('{n, plural, one {# change waits} other {# changes wait}} to be sent', { n: kept.waiting }),
    kept.used !== undefined && t('{size} in all, with the app itself', { size: bytes(kept.used) }),
    kept.syncedAt !== undefined && t('Synced {when}', { when: moment(new Date(kept.syncedAt), now) }),
  ]
  return (
    <Section
      title={t('On this device')}
      lead={t('Stored unencrypted in this browser, so that you can read and draft offline. Signing out removes it.')}
    >
      {lines && (
        <ul className="num grid gap-1">
          {lines.filter(Boolean).map(line => (
            <li key={String(line)}>{line}</li>
          ))}
        </ul>
      )}
      {kept === null && (
        <p className="text-text-2">{t('Nothing is kept: this installation or this browser does not allow it.')}</p>
      )}
    </Section>
  )
}
