'use client'
import { useEffect, useState, type ReactNode } from 'react'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { Mark } from '@/components/ui/mark'
import { t } from '@/lib/i18n/t'
import { readConversations } from '@/lib/offline/rows'
import { currentStore, type Conversation } from '@/lib/offline/store'
import { onAuth } from '@/lib/auth/auth'

const MOST = 12

/** What is available without a connection. */
export function OfflineScreen(): ReactNode {
  const chats = useKept()
  return (
    <main className="mx-auto grid max-w-[480px] gap-3 px-5 pt-[16dvh] pb-10">
      <Mark size={34} />
      <h1 className="mt-3">{t('Offline')}</h1>
      <p className="text-text-2">
        {t(
          'This page is not on this device. Your conversations are, and what you write waits until the connection is back.',
        )}
      </p>
      <div className="mt-1 flex flex-wrap gap-2">
        <Button tone="primary" onClick={() => location.reload()}>
          {t('Try again')}
        </Button>
      </div>
      <nav aria-label={t('Available offline')} className="mt-5">
        <h2 className="border-line border-b pb-2">{t('Available offline')}</h2>
        <ul>
          {chats.map(chat => (
            <li key={chat.id} className="border-line border-b">
              <Link href={`/chat/${chat.id}`} prefetch={false} className="flex min-h-11 items-center">
                <span className="truncate">{chat.title || t('Untitled')}</span>
              </Link>
            </li>
          ))}
          <li>
            <Link href="/chat" prefetch={false} className="link flex min-h-11 items-center">
              {t('All conversations')}
            </Link>
          </li>
        </ul>
      </nav>
    </main>
  )
}

function useKept(): readonly Conversation[] {
  const [chats, setChats] = useState<readonly Conversation[]>([])
  useEffect(() => {
    const read = () =>
      void currentStore()
        .then(store => (store ? readConversations(store) : []))
        .then(all => setChats(all.slice(0, MOST)))
    read()
    return onAuth(read)
  }, [])
  return chats
}
