'use client'
import clsx from 'clsx'
import dynamic from 'next/dynamic'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { useOnline } from '@/lib/api/use-online'
import type { OutboxItem } from '@/lib/offline/outbox'
import type { Conversation } from '@/lib/offline/store'
import { usePrefs } from '@/lib/prefs/prefs'
import { ports, setParams } from '../api/changes'
import { modelFor, readyInstead } from '../api/models'
import { figuresOf, paramsOf } from '../api/read'
import { useActs } from '../hooks/use-acts'
import { useFollow } from '../hooks/use-follow'
import { useMarkdown } from '../hooks/use-markdown'
import type { Models } from '../hooks/use-models'
import { useThread, type ThreadState } from '../hooks/use-thread'
import { NEW, useChat } from '../store/chat-store'
import { sentenceOf } from '../store/params'
import { placeholderOf } from '../store/placeholder'
import { isHeld } from '../store/waking'
import { Composer, type ComposerHandle } from './composer'
import type { Asked } from './conversation-dialogs'
import { Column } from './frame'
import { Gone, isGone } from './gone'
import { ModelSwitcher } from './model-switcher'
import { QueueList } from './queue-list'
import { ThreadBody } from './thread-body'
import { ThreadHead } from './thread-head'

const ParamsDialog = dynamic(() => import('./params-dialog'), { ssr: false })

interface Props {
  id: string | undefined
  conversation: Conversation | undefined
  /** Whether the list was read, so that a conversation that is not in it does not exist. */
  known: boolean
  models: Models
  outbox: readonly OutboxItem[]
  onAsk: (asked: Asked) => void
  className?: string
}

export function Thread(props: Props): ReactNode {
  return props.id === undefined ? <Frame {...props} /> : <Existing {...props} id={props.id} />
}

function Existing(props: Props & { id: string }): ReactNode {
  const thread = useThread(props.id, props.outbox)
  if (isGone(props, thread)) return <Gone sends={thread.sends} className={props.className} />
  return <Frame {...props} thread={thread} />
}

/** "3.1k of 32k tokens", as the last answer's usage tells. */
function tokensOf(thread: ThreadState | undefined, context: number | null | undefined): string | undefined {
  const last = thread?.path.findLast(step => step.message.usage)?.message
  const { promptTokens, answerTokens } = figuresOf(last?.usage)
  if (promptTokens === undefined) return undefined
  const used = promptTokens + (answerTokens ?? 0)
  return context
    ? t('{used} of {all} tokens', { used: count(used), all: count(context) })
    : t('{n} tokens', { n: count(used) })
}

function useParams({ id, conversation }: Props) {
  const fresh = useChat(state => state.newParams)
  const params = useMemo(() => (id ? paramsOf(conversation?.params) : fresh), [id, conversation, fresh])
  const save = (changed: typeof params) =>
    id ? void setParams(ports(), id, changed) : useChat.getState().setNewParams(changed)
  return { params, save }
}

function useModel({ id, conversation, models }: Props) {
  const picked = useChat(state => state.models[id ?? NEW])
  const last = usePrefs(state => state.lastModel)
  return modelFor(models.rows, [picked, conversation?.model, last])
}

/** Escape stops the answer, unless it closes something. */
function useEscape(active: boolean, stop: () => void): void {
  useEffect(() => {
    if (!active) return
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open], :popover-open'))
        return
      stop()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [active, stop])
}

function Frame(props: Props & { thread?: ThreadState }): ReactNode {
  const { id, conversation, models, thread, onAsk, className } = props
  const online = useOnline()
  const follow = useFollow()
  useMarkdown()
  const model = useModel(props)
  const { params, save } = useParams(props)
  const [editing, setEditing] = useState<string>()
  const [asking, setAsking] = useState(false)
  const composer = useRef<ComposerHandle>(null)
  const put = (text: string) => composer.current?.put(text)
  const acts = useActs({ id, model, params, thread, jump: follow.jump, put, setEditing })
  const running = thread?.running
  const row = models.rows.find(one => one.name === model)
  useEscape(running !== undefined, acts.stop)
  const editLast = () => {
    const last = thread?.path.findLast(step => step.message.role === 'user')
    if (last) setEditing(last.message.id)
  }
  return (
    <section
      aria-label={conversation?.title ?? t('New chat')}
      className={clsx('@container grid min-h-0 min-w-0 grid-rows-[auto_minmax(0,1fr)_auto]', className)}
    >
      <ThreadHead
        conversation={conversation}
        isNew={id === undefined}
        branches={thread?.branches ?? 0}
        onAsk={onAsk}
        onParams={() => setAsking(true)}
      />
      <ThreadBody
        thread={thread}
        follow={follow}
        models={models}
        editing={editing}
        acts={acts}
        online={online}
        model={model}
        instead={readyInstead(models.rows, running?.model ?? model ?? '')}
      />
      <Column className="pb-3 @min-[600px]:pb-[22px] [[data-keyboard]_&]:pb-2">
        <Composer
          handle={composer}
          conversation={id}
          plate={
            <ModelSwitcher
              models={models}
              model={model}
              waking={running?.model === model && running?.phase === 'waking'}
              onPick={name => useChat.getState().pick(id ?? NEW, name)}
            />
          }
          queue={
            <QueueList
              sends={thread?.queued.behind ?? []}
              onUp={acts.up}
              onEdit={acts.takeBack}
              onCancel={acts.cancel}
            />
          }
          sentence={sentenceOf(params)}
          onParams={() => setAsking(true)}
          tokens={tokensOf(thread, row?.context_length)}
          placeholder={placeholderOf({ online, running, held: isHeld(row), model })}
          blocked={model ? undefined : t('No Model is there to ask. Deploy one under Models; your text stays here.')}
          unsure={models.loading}
          answering={running !== undefined}
          onSend={acts.send}
          onStop={acts.stop}
          onEditLast={editLast}
        />
      </Column>
      {asking && <ParamsDialog params={params} onClose={() => setAsking(false)} onSave={save} />}
    </section>
  )
}
