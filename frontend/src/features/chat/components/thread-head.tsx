'use client'
import { ArrowLeft, Ellipsis, SlidersHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { t } from '@/lib/i18n/t'
import { useAuth } from '@/lib/auth/use-auth'
import type { Conversation } from '@/lib/offline/store'
import { moveTo } from '@/lib/route/segment'
import type { Asked } from './conversation-dialogs'
import { conversationMenu } from './conversation-row'

interface Props {
  conversation: Conversation | undefined
  isNew: boolean
  branches: number
  onAsk: (asked: Asked) => void
  onParams: () => void
}

export function ThreadHead({ conversation, isNew, branches, onAsk, onParams }: Props): ReactNode {
  const tenant = useAuth().tenant?.display
  const params = { label: t('How it answers here'), icon: <Icon of={SlidersHorizontal} small />, onSelect: onParams }
  return (
    <header className="border-line flex h-14 items-center gap-1 border-b px-2 @min-[600px]:gap-2.5 @min-[600px]:ps-7 @min-[600px]:pe-5">
      <IconButton
        label={t('All conversations')}
        icon={<Icon of={ArrowLeft} />}
        className="lg:hidden"
        onClick={() => moveTo('/chat')}
      />
      <div className="min-w-0 flex-1 items-baseline gap-2.5 @min-[600px]:flex">
        <h1 tabIndex={-1} data-page-title className="text-section! truncate tracking-[-0.01em]!">
          {isNew ? t('New chat') : (conversation?.title ?? ' ')}
        </h1>
        {branches > 1 && (
          <span className="text-secondary text-text-3 num shrink-0 whitespace-nowrap @max-[599px]:hidden">
            {t('{n} branches', { n: branches })}
          </span>
        )}
        <p className="text-secondary text-text-3 truncate @min-[600px]:hidden">{tenant}</p>
      </div>
      <Menu
        label={t('Actions for this conversation')}
        items={conversation ? [params, ...conversationMenu(conversation, onAsk)] : [params]}
      >
        <Icon of={Ellipsis} />
      </Menu>
    </header>
  )
}
