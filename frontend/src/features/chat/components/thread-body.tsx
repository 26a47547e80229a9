'use client'
import { ArrowDown } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { Virtualizer } from 'virtua'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { t } from '@/lib/i18n/t'
import type { OutboxItem } from '@/lib/offline/outbox'
import { runtime } from '@/lib/runtime/runtime'
import { isRented, readyInstead, type ModelRow } from '../api/models'
import type { Acts } from '../hooks/use-acts'
import type { Follow } from '../hooks/use-follow'
import type { Models } from '../hooks/use-models'
import type { Entry, ThreadState } from '../hooks/use-thread'
import { Answer } from './answer'
import { Announcement } from './announcement'
import { Article, Column } from './frame'
import { Question, Waiting, type WaitingActs } from './question'
import { AgainCard } from './waking-card'

/** Pixels drawn beyond the viewport on each side. */
const BUFFER = 900
const HEAD_ROOM = 26

interface Props {
  thread: ThreadState | undefined
  follow: Follow
  models: Models
  editing: string | undefined
  acts: Acts
  online: boolean
  model: string | undefined
  instead: string | undefined
}

export function ThreadBody(props: Props): ReactNode {
  const { thread, follow } = props
  return (
    <div className="relative min-h-0">
      <div
        ref={follow.scroller}
        role="log"
        aria-live="off"
        aria-label={t('Messages')}
        tabIndex={0}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto -outline-offset-2!"
      >
        <div ref={follow.content}>
          <Content {...props} />
        </div>
      </div>
      {follow.away && (
        <div className="pointer-events-none absolute inset-x-0 bottom-2 grid justify-items-center">
          <Button
            small
            className="shadow-raised pointer-events-auto"
            onClick={follow.jump}
            icon={<Icon of={ArrowDown} small />}
          >
            {t('Jump to latest')}
          </Button>
        </div>
      )}
      {thread && <Announcement running={thread.running} path={thread.path} />}
    </div>
  )
}

function Content(props: Props): ReactNode {
  const { thread, model, models } = props
  if (!thread) return <Welcome model={model} row={models.rows.find(one => one.name === model)} />
  if (thread.trouble && thread.entries.length === 0)
    return (
      <Column className="pt-6">
        <TroubleNote trouble={thread.trouble} onRetry={thread.retry} />
      </Column>
    )
  if (!thread.loaded)
    return (
      <Column className="pt-6">
        <Skeleton rows={9} height={18} />
      </Column>
    )
  return <Entries {...props} thread={thread} />
}

function Welcome({ model, row }: { model: string | undefined; row: ModelRow | undefined }): ReactNode {
  const rented = row !== undefined && isRented(row)
  return (
    <Column className="pt-[12vh]">
      <p className="text-title! font-strong tracking-[-0.018em]">{t('What do you want to know?')}</p>
      <p className="text-text-2 mt-1.5">
        {model === undefined || !row
          ? t('The Models of your tenant answer here.')
          : rented
            ? t('{model} is rented: what you write goes to its provider.', { model })
            : t('{model} answers from your own cluster. What you write stays there.', { model })}
      </p>
    </Column>
  )
}

/** A renaming, a pin or the like that the server did not take: the person decides, and the queue goes on. */
function Refused({ item }: { item: OutboxItem }): ReactNode {
  const { outbox } = runtime()
  return (
    <Column className="pb-6">
      {item.trouble && (
        <TroubleNote trouble={item.trouble} onRetry={() => void outbox.retry(item.id)}>
          <Button small tone="ghost" onClick={() => void outbox.cancel(item.id)}>
            {t('Discard the change')}
          </Button>
        </TroubleNote>
      )}
    </Column>
  )
}

/** Drawn once a frame while an answer grows: what belongs to a Model's name is worked out once. */
function useModelLook(rows: readonly ModelRow[]) {
  return useMemo(() => {
    const known = new Map<string, { row: ModelRow | undefined; other: string | undefined }>()
    return (name: string) => {
      const found = known.get(name) ?? { row: rows.find(one => one.name === name), other: readyInstead(rows, name) }
      known.set(name, found)
      return found
    }
  }, [rows])
}

function Entries({
  thread,
  follow,
  models,
  editing,
  acts,
  online,
  model,
  instead,
}: Props & { thread: ThreadState }): ReactNode {
  const waiting: WaitingActs = useMemo(
    () => ({ cancel: acts.cancel, edit: acts.takeBack, retry: acts.retry, retarget: acts.retarget }),
    [acts],
  )
  const last = thread.entries.at(-1)?.key
  const look = useModelLook(models.rows)

  function draw(entry: Entry) {
    if (entry.kind === 'question')
      return <Question key={entry.key} step={entry.step} editing={editing === entry.key} acts={acts} />
    if (entry.kind === 'waiting')
      return <Waiting key={entry.key} send={entry.send} online={online} model={model} acts={waiting} />
    const name = entry.kind === 'again' ? entry.send.body.model : entry.step.message.model
    const { row, other = instead } = look(name ?? '')
    if (entry.kind === 'answer')
      return (
        <Answer
          key={entry.key}
          step={entry.step}
          turnId={entry.turnId}
          row={row}
          instead={other}
          last={entry.key === last}
          acts={acts}
        />
      )
    return (
      <Article key={entry.key} who={entry.send.body.model} notes={[]}>
        <AgainCard
          send={entry.send}
          online={online}
          onNow={() => acts.retry(entry.send)}
          onCancel={() => acts.cancel(entry.send)}
          instead={other}
          onInstead={to => acts.insteadOf(entry.send, to)}
        />
      </Article>
    )
  }
  return (
    <div style={{ paddingTop: HEAD_ROOM }}>
      <Virtualizer
        scrollRef={follow.scroller}
        startMargin={HEAD_ROOM}
        bufferSize={BUFFER}
        data={thread.entries}
        keepMounted={thread.entries.length > 0 ? [thread.entries.length - 1] : []}
      >
        {draw}
      </Virtualizer>
      {thread.refused && <Refused item={thread.refused} />}
    </div>
  )
}
