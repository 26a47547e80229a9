'use client'
import { ArrowUp, Pencil, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import type { Send } from '../store/queue'

interface Props {
  sends: readonly Send[]
  onUp: (send: Send, before: Send) => void
  onEdit: (send: Send) => void
  onCancel: (send: Send) => void
}

/** Messages that go when the answer is there, in their order. */
export function QueueList({ sends, onUp, onEdit, onCancel }: Props): ReactNode {
  if (sends.length === 0) return null
  return (
    <section aria-label={t('Waiting messages')} className="border-line border-b px-3.5 py-1.5">
      <ol className="grid max-h-[168px] overflow-y-auto">
        {sends.map((send, at) => {
          const before = sends[at - 1]
          return (
            <li key={send.id} className="text-secondary flex items-center gap-1">
              <span className="text-waking num shrink-0 pe-1.5">{t('Next {n}', { n: at + 1 })}</span>
              <span className="text-text-2 min-w-0 flex-1 truncate">{send.body.text}</span>
              {before && (
                <IconButton
                  label={t('Send earlier')}
                  icon={<Icon of={ArrowUp} small />}
                  onClick={() => onUp(send, before)}
                  className="size-7!"
                />
              )}
              <IconButton
                label={t('Edit')}
                icon={<Icon of={Pencil} small />}
                onClick={() => onEdit(send)}
                className="size-7!"
              />
              <IconButton
                label={t('Discard')}
                icon={<Icon of={X} small />}
                onClick={() => onCancel(send)}
                className="size-7!"
              />
            </li>
          )
        })}
      </ol>
    </section>
  )
}
