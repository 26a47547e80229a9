'use client'
import { MessageCirclePlus } from 'lucide-react'
import Link from 'next/link'
import { useState, type ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Lifeline } from '@/components/ui/lifeline'
import { Page } from '@/components/ui/page'
import { State } from '@/components/ui/pill'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { troubleIn } from '@/lib/api/trouble-in'
import { useOnline } from '@/lib/api/use-online'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import { stateWords } from '@/lib/words/states'
import { needsAttention, tally, useModels, useRecentChats, type ModelRow } from '../api/queries'
import { FirstSteps } from './first-steps'

const CHATS = 8

export function HomeScreen(): ReactNode {
  const { tenant, user } = useAuth()
  const models = useModels()
  const chats = useRecentChats(CHATS)
  const chat = useCan('chat')
  const first = models.data && chats && (models.data.length === 0 || chats.length === 0)
  const start = chat && (
    <ButtonLink href="/chat" tone="primary" icon={<Icon of={MessageCirclePlus} small />}>
      {t('New chat')}
    </ButtonLink>
  )
  const lead = models.data ? <Lead rows={models.data} at={new Date(models.dataUpdatedAt)} /> : tenant?.display
  return (
    <Page
      title={user ? t('Hello {name}', { name: user.name.split(' ')[0] ?? '' }) : t('Home')}
      lead={lead}
      actions={start}
    >
      {models.data && <Attentions rows={models.data} />}
      {first && <FirstSteps models={models.data?.length ?? 0} chats={chats.length} />}
      <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
        <Models models={models} />
        {chat && <Chats chats={chats} />}
      </div>
    </Page>
  )
}

function Lead({ rows, at }: { rows: readonly ModelRow[]; at: Date }): ReactNode {
  const online = useOnline()
  return online ? <Tally rows={rows} /> : t('As of {when}.', { when: ago(at, new Date()) })
}

function Tally({ rows }: { rows: readonly ModelRow[] }): ReactNode {
  const { now, asleep, failing } = tally(rows)
  if (rows.length === 0) return t('No Models yet.')
  return [
    t('{now} of {all} {now, plural, one {answers} other {answer}} now', { now, all: rows.length }),
    asleep > 0 && t('{n, plural, one {# wakes} other {# wake}} on demand', { n: asleep }),
    failing > 0 && t('{n, plural, one {# needs} other {# need}} you', { n: failing }),
  ]
    .filter(Boolean)
    .join(', ')
    .concat('.')
}

function Attentions({ rows }: { rows: readonly ModelRow[] }): ReactNode {
  const all = needsAttention(rows)
  if (all.length === 0) return null
  return (
    <ul aria-label={t('Needs attention')} className="mb-7">
      {all.map(({ row, words, second }) => (
        <li
          key={row.name}
          className={`bg-surface border-line border-y px-4 py-3 not-first:border-t-0 ${stateWords(row).tone === 'failed' ? 'shadow-[inset_3px_0_0_var(--failed-fill)]' : 'shadow-[inset_3px_0_0_var(--degraded-fill)]'}`}
        >
          <Link href={`/models/${row.name}`} prefetch={false} className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="font-medium">{row.name}</span>
            <State tone={stateWords(row).tone} words={words} />
            <span className="text-text-2 max-sm:text-secondary min-w-0 max-sm:basis-full sm:flex-1 sm:truncate">
              {second}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Models({ models }: { models: ReturnType<typeof useModels> }): ReactNode {
  const [now] = useState(() => new Date())
  const rows = models.data ?? []
  const trouble = troubleIn(models)
  return (
    <section aria-labelledby="home-models" className="mb-8">
      <h2 id="home-models" className="border-line border-b pb-2">
        {t('Models')}
      </h2>
      {models.isPending && <Skeleton rows={4} height={44} className="py-4" />}
      {trouble && <TroubleNote trouble={trouble} onRetry={() => void models.refetch()} />}
      <ul>
        {rows.map(row => (
          <li key={row.name} className="border-line border-b">
            <Link
              href={`/models/${row.name}`}
              prefetch={false}
              className="grid min-h-16 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-1 py-2.5 sm:grid-cols-[180px_150px_minmax(0,1fr)]"
            >
              <span className="truncate font-medium">{row.name}</span>
              <State tone={stateWords(row).tone} words={stateWords(row).words} />
              <span className="col-span-2 sm:col-span-1">
                <Lifeline data={row.lifeline} height={28} now={now} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {models.data && rows.length === 0 && (
        <p className="text-text-2 py-4">{t('Nobody has deployed a Model here yet.')}</p>
      )}
    </section>
  )
}

function Chats({ chats }: { chats: ReturnType<typeof useRecentChats> }): ReactNode {
  const [now] = useState(() => new Date())
  return (
    <section aria-labelledby="home-chats">
      <h2 id="home-chats" className="border-line border-b pb-2">
        {t('Recent chats')}
      </h2>
      <ul>
        {chats?.map(chat => (
          <li key={chat.id} className="border-line border-b">
            <Link href={`/chat/${chat.id}`} prefetch={false} className="block min-h-11 py-2">
              <span className="block truncate">{chat.title || t('Untitled')}</span>
              <span className="text-note text-text-3 block truncate">
                {[chat.model, ago(new Date(chat.last_message_at ?? chat.created_at), now)].filter(Boolean).join(', ')}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {chats?.length === 0 && (
        <p className="text-text-2 py-4">{t('Your conversations will be listed here, also offline.')}</p>
      )}
    </section>
  )
}
