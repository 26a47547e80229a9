'use client'
import clsx from 'clsx'
import { Plus } from 'lucide-react'
import { useCallback, useRef, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { SearchField } from '@/components/ui/field'
import { Icon } from '@/components/ui/icon'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useShortcut } from '@/lib/keyboard/keys'
import type { OutboxItem } from '@/lib/offline/outbox'
import { moveTo } from '@/lib/route/segment'
import { clock } from '@/lib/time/words'
import type { Conversations } from '../hooks/use-conversations'
import { useDraftIds } from '../hooks/use-draft-ids'
import { useNow } from '@/lib/time/use-now'
import { useTurnHeads } from '../hooks/use-turns'
import { groupsOf, matching } from '../store/groups'
import { isSend } from '../store/queue'
import type { Asked } from './conversation-dialogs'
import { ConversationRow, type RowNote } from './conversation-row'

/** More rows than anybody scrolls through; the search finds the rest. */
const STEP = 150

interface Props {
  conversations: Conversations
  selected: string | undefined
  outbox: readonly OutboxItem[]
  onAsk: (asked: Asked) => void
  className?: string
}

export function ConversationList({ conversations, selected, outbox, onAsk, className }: Props): ReactNode {
  const [query, setQuery] = useState('')
  const box = useRef<HTMLDivElement>(null)
  useShortcut(
    '/',
    t('Search conversations'),
    useCallback(() => box.current?.querySelector('input')?.focus(), []),
  )
  return (
    <aside
      aria-label={t('Conversations')}
      className={clsx('border-line flex min-h-0 min-w-0 flex-col px-3 pt-3.5 lg:border-e', className)}
    >
      <Head />
      <div ref={box}>
        <SearchField
          label={t('Search')}
          shortcut="/"
          value={query}
          onChange={event => setQuery(event.target.value)}
          onKeyDown={event => event.key === 'Escape' && setQuery('')}
        />
      </div>
      <Rows conversations={conversations} query={query} selected={selected} outbox={outbox} onAsk={onAsk} />
      <Foot conversations={conversations} />
    </aside>
  )
}

function Head(): ReactNode {
  const { tenant, user } = useAuth()
  return (
    <div className="flex items-center gap-2 px-1 pt-0.5 pb-2.5">
      <div className="min-w-0 flex-1">
        <h1 className="text-body! font-strong truncate tracking-normal!">{tenant?.display ?? ' '}</h1>
        <p className="text-note text-text-3 truncate">{user?.name ?? ' '}</p>
      </div>
      <Button small icon={<Icon of={Plus} small />} onClick={() => moveTo('/chat?new')}>
        {t('New')}
      </Button>
    </div>
  )
}

type RowsProps = Omit<Props, 'className'> & { query: string }

function Rows({ conversations, query, selected, outbox, onAsk }: RowsProps): ReactNode {
  const [most, setMost] = useState(STEP)
  const now = useNow()
  const note = useRowNotes(outbox)
  const { rows, trouble, retry } = conversations
  if (!rows)
    return (
      <div className="min-h-0 flex-1 px-2.5 py-4">
        {trouble ? <TroubleNote trouble={trouble} onRetry={retry} /> : <Skeleton rows={8} height={34} />}
      </div>
    )
  const found = matching(rows, query)
  return (
    <nav aria-label={t('Conversations')} className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-4">
      {rows.length === 0 && (
        <Empty>
          <p>{t('No conversations yet. Your first question begins one.')}</p>
        </Empty>
      )}
      {rows.length > 0 && found.length === 0 && (
        <p className="text-text-2 px-2.5 py-4">{t('No title contains “{query}”.', { query })}</p>
      )}
      {groupsOf(found.slice(0, most), now).map(group => (
        <section key={group.title} aria-label={group.title}>
          <h2 className="text-note! text-text-3 px-2.5 pt-3.5 pb-1 font-normal! tracking-normal!">{group.title}</h2>
          <ul className="grid gap-0.5">
            {group.rows.map(row => (
              <ConversationRow key={row.id} row={row} here={row.id === selected} note={note(row.id)} onAsk={onAsk} />
            ))}
          </ul>
        </section>
      ))}
      {found.length > most && (
        <Button tone="ghost" className="mt-2" onClick={() => setMost(most + STEP)}>
          {t('Show older')}
        </Button>
      )}
    </nav>
  )
}

/** What a row says instead of its time: it answers now, a message waits, a draft lies here. */
function useRowNotes(outbox: readonly OutboxItem[]): (id: string) => RowNote | undefined {
  const answering = new Set(
    useTurnHeads()
      .filter(head => head.running)
      .map(head => head.conversationId),
  )
  const drafts = useDraftIds()
  const sends = outbox.filter(isSend)
  const stuck = new Set(outbox.filter(item => item.state === 'needs_you').map(item => item.queue))
  const waiting = new Set(sends.map(send => send.queue))
  return id => {
    if (stuck.has(id)) return { kind: 'stuck', words: t('Something needs you') }
    if (answering.has(id)) return { kind: 'answering', words: t('answering now') }
    if (waiting.has(id)) return { kind: 'waiting', words: t('A message waits') }
    return drafts.has(id) ? { kind: 'draft', words: t('Draft on this device') } : undefined
  }
}

function Foot({ conversations: { rows, syncedAt, kept } }: { conversations: Conversations }): ReactNode {
  if (!rows || syncedAt === undefined || !kept) return null
  return (
    <p className="text-note text-text-3 px-2.5 py-2.5">
      {t('Synced {time}. {n, plural, one {# conversation} other {# conversations}} readable offline.', {
        time: clock(new Date(syncedAt)),
        n: rows.length,
      })}
    </p>
  )
}
