'use client'
import clsx from 'clsx'
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { useShortcut } from '@/lib/keyboard/keys'
import { useCommands } from '@/lib/palette/commands'
import { moveTo, useSearch, useSegment } from '@/lib/route/segment'
import { useConversations } from '../hooks/use-conversations'
import { useModels } from '../hooks/use-models'
import { useOutbox } from '../hooks/use-sends'
import { useWatch } from '../hooks/use-turns'
import { ConversationDialogs, type Asked } from './conversation-dialogs'
import { ConversationList } from './conversation-list'
import { Thread } from './thread'

const newChat = () => moveTo('/chat?new')

/** What is loaded later must be here before the connection goes: a part that cannot be fetched breaks the page. */
function useLaterParts(): void {
  useEffect(() => {
    void import('./params-dialog').catch(() => undefined)
    void import('@/lib/markdown/markdown').catch(() => undefined)
  }, [])
}

/** List and thread side by side; below 1,024 px one of them. */
export function ChatScreen(): ReactNode {
  useWatch()
  useLaterParts()
  const id = useSegment('/chat')
  const composing = useSearch().has('new')
  const conversations = useConversations()
  const models = useModels()
  const outbox = useOutbox()
  const [asked, setAsked] = useState<Asked>()
  useShortcut('n', t('New chat'), newChat)
  useCommands(useMemo(() => [{ id: 'chat-new', label: t('New chat'), group: t('Chat'), hint: 'n', run: newChat }], []))
  const row = conversations.rows?.find(one => one.id === id)
  const inThread = id !== undefined || composing
  return (
    <div className="grid h-full min-h-0 lg:grid-cols-[272px_minmax(0,1fr)]">
      <ConversationList
        conversations={conversations}
        selected={id}
        outbox={outbox}
        onAsk={setAsked}
        className={clsx(inThread && 'max-lg:hidden')}
      />
      <Thread
        key={id ?? 'new'}
        id={id}
        conversation={row}
        known={conversations.rows !== undefined}
        models={models}
        outbox={outbox}
        onAsk={setAsked}
        className={clsx(!inThread && 'max-lg:hidden')}
      />
      <ConversationDialogs asked={asked} openId={id} onClose={useCallback(() => setAsked(undefined), [])} />
    </div>
  )
}
