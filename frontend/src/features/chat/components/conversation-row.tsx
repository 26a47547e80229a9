'use client'
import clsx from 'clsx'
import { Ellipsis, Pencil, Pin, PinOff, Trash2 } from 'lucide-react'
import { memo, type MouseEvent, type ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { Menu, type MenuItem } from '@/components/ui/menu'
import { t } from '@/lib/i18n/t'
import type { Conversation } from '@/lib/offline/store'
import { moveTo } from '@/lib/route/segment'
import { pin, ports } from '../api/changes'
import { timeOf } from '../api/read'
import { shortAge } from '../store/groups'
import type { Asked } from './conversation-dialogs'

export interface RowNote {
  readonly kind: 'answering' | 'waiting' | 'stuck' | 'draft'
  readonly words: string
}

interface Props {
  row: Conversation
  here: boolean
  note: RowNote | undefined
  onAsk: (asked: Asked) => void
}

/** What can be done with a conversation; the same in the list and in the thread's head. */
export function conversationMenu(row: Conversation, onAsk: (asked: Asked) => void): MenuItem[] {
  return [
    { label: t('Rename'), icon: <Icon of={Pencil} small />, onSelect: () => onAsk({ kind: 'rename', row }) },
    {
      label: row.pinned ? t('Unpin') : t('Pin'),
      icon: <Icon of={row.pinned ? PinOff : Pin} small />,
      onSelect: () => void pin(ports(), row.id, !row.pinned),
    },
    {
      label: t('Delete'),
      icon: <Icon of={Trash2} small />,
      danger: true,
      onSelect: () => onAsk({ kind: 'delete', row }),
    },
  ]
}

function ageOf(row: Conversation): string {
  return shortAge(new Date(timeOf(row)), new Date())
}

const plainClick = (event: MouseEvent) =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

export const ConversationRow = memo(function ConversationRow({ row, here, note, onAsk }: Props): ReactNode {
  const href = `/chat/${row.id}`
  const said = note && note.kind !== 'answering' ? note.words : undefined
  const second = said ?? [row.model, note?.words ?? ageOf(row)].filter(Boolean).join(', ')
  return (
    <li className="group/row relative">
      <a
        href={href}
        aria-current={here ? 'page' : undefined}
        onClick={event => {
          if (!plainClick(event)) return
          event.preventDefault()
          moveTo(href)
        }}
        className={clsx(
          'rounded-control grid gap-px border py-[6px] ps-[9px] pe-9 coarse:min-h-11',
          here ? 'bg-surface border-line' : 'hover:bg-sunken border-transparent',
        )}
      >
        <span className={clsx('truncate', here && 'font-medium')}>{row.title || t('Untitled')}</span>
        <span
          className={clsx(
            'text-note num truncate',
            note?.kind === 'stuck' ? 'text-failed' : said ? 'text-waking' : 'text-text-3',
          )}
        >
          {second}
        </span>
      </a>
      <div className="absolute end-1 top-1.5 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 coarse:top-0 coarse:opacity-100">
        <Menu label={t('Actions for {title}', { title: row.title })} items={conversationMenu(row, onAsk)}>
          <Icon of={Ellipsis} small />
        </Menu>
      </div>
    </li>
  )
})
