'use client'
import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { t } from '@/lib/i18n/t'
import type { Conversation } from '@/lib/offline/store'
import { moveTo } from '@/lib/route/segment'
import { moveToNew, ports } from '../api/changes'
import type { ThreadState } from '../hooks/use-thread'
import type { Send } from '../store/queue'

/** Not in the list, nothing kept of it, and the server does not know it either (or cannot be asked). */
export function isGone(
  { conversation, known }: { conversation: Conversation | undefined; known: boolean },
  thread: ThreadState,
): boolean {
  if (conversation || !known || thread.path.length > 0 || thread.running) return false
  // What is on its way may be its first message.
  if (thread.sends.some(send => send.state !== 'needs_you')) return false
  return thread.trouble?.status === 404 || (thread.loaded && !thread.trouble)
}

/** Deleted on another device, or never there. What still waits for it may become a new conversation. */
export function Gone({ sends, className }: { sends: readonly Send[]; className: string | undefined }): ReactNode {
  const move = async () => {
    const id = await moveToNew(ports(), sends)
    if (id) moveTo(`/chat/${id}`, 'replace')
  }
  const waits = sends.length > 0
  return (
    <section aria-label={t('Conversation not found')} className={clsx('px-4', className)}>
      <Empty
        action={
          <Button tone="primary" onClick={() => (waits ? void move() : moveTo('/chat?new'))}>
            {waits ? t('Send as a new conversation') : t('New chat')}
          </Button>
        }
      >
        <h1 data-page-title tabIndex={-1} className="text-section! text-text">
          {t('This conversation is not there')}
        </h1>
        <p>{t('It was deleted on one of your devices, or the address is not quite right.')}</p>
        {waits && (
          <p>
            {t('{n, plural, one {# message of yours waits} other {# messages of yours wait}} for it.', {
              n: sends.length,
            })}
          </p>
        )}
      </Empty>
    </section>
  )
}
