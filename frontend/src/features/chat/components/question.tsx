'use client'
import { memo, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { TextArea } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import { OLD_CODE } from '@/lib/offline/outbox'
import { clock } from '@/lib/time/words'
import { textOf } from '../api/read'
import { needsModel, waitOf, type Send, type Wait } from '../store/queue'
import type { Step } from '../store/thread'
import { Article } from './frame'
import { MessageActions } from './message-actions'

export interface QuestionActs {
  readonly choose: (step: Step, child: string) => void
  readonly edit: (step: Step, text: string) => void
  readonly editing: (id: string | undefined) => void
}

interface Props {
  step: Step
  editing: boolean
  acts: QuestionActs
}

/** The reader's own words. */
export const Question = memo(function Question({ step, editing, acts }: Props): ReactNode {
  const [tapped, setTapped] = useState(false)
  const text = textOf(step.message)
  return (
    <Article
      own
      who={t('You')}
      notes={[clock(new Date(step.message.created_at))]}
      onClick={() => setTapped(old => !old)}
    >
      {editing ? (
        <Editor
          text={text}
          onCancel={() => acts.editing(undefined)}
          onSend={changed => (acts.editing(undefined), acts.edit(step, changed))}
        />
      ) : (
        <>
          <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
          <MessageActions
            step={step}
            text={text}
            open={tapped}
            onChoose={child => acts.choose(step, child)}
            onEdit={() => acts.editing(step.message.id)}
          />
        </>
      )}
    </Article>
  )
})

interface EditorProps {
  text: string
  onCancel: () => void
  onSend: (text: string) => void
}

function Editor({ text, onCancel, onSend }: EditorProps): ReactNode {
  const [changed, setChanged] = useState(text)
  const send = () => changed.trim() !== '' && onSend(changed.trim())
  return (
    <div className="grid gap-2">
      <TextArea
        aria-label={t('Your message')}
        value={changed}
        autoFocus
        onChange={event => setChanged(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') return onCancel()
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button small tone="primary" disabled={changed.trim() === ''} onClick={send}>
          {t('Send as a new branch')}
        </Button>
        <Button small onClick={onCancel}>
          {t('Cancel')}
        </Button>
        <span className="text-note text-text-3">{t('What was there before stays.')}</span>
      </div>
    </div>
  )
}

const WAITS: Readonly<Record<Wait, () => string>> = {
  sending: () => t('Being sent'),
  offline: () => t('Waits for the connection'),
  old: () => t('Written more than a day ago. Send it still?'),
  trouble: () => t('Not sent'),
  retry: () => t('Not sent yet; tried again by itself'),
  turn: () => t('Waits its turn'),
}

export interface WaitingActs {
  readonly cancel: (send: Send) => void
  readonly edit: (send: Send) => void
  readonly retry: (send: Send) => void
  readonly retarget: (send: Send) => void
}

interface WaitingProps {
  send: Send
  online: boolean
  /** The Model picked in the composer, offered where the send's own is gone. */
  model: string | undefined
  acts: WaitingActs
}

/** Words that have not left yet: at the thread's end, with the reason. */
export function Waiting({ send, online, model, acts }: WaitingProps): ReactNode {
  const wait = waitOf(send, online)
  const stuck = send.state === 'needs_you'
  return (
    <Article own who={t('You')} notes={[clock(new Date(send.createdAt))]}>
      <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{send.body.text}</p>
      <div className="text-secondary mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
        <span role="status" className={stuck ? 'text-failed' : 'text-waking'}>
          {WAITS[wait]()}
          {stuck && send.trouble?.code !== OLD_CODE && `: ${send.trouble?.what ?? ''}`}
        </span>
        {stuck && needsModel(send) && model && model !== send.body.model && (
          <Button small onClick={() => acts.retarget(send)}>
            {t('Send to {model}', { model })}
          </Button>
        )}
        {(stuck || wait === 'retry') && (
          <Button small onClick={() => acts.retry(send)}>
            {wait === 'old' ? t('Send') : t('Try again')}
          </Button>
        )}
        {wait !== 'sending' && (
          <>
            <Button small tone="ghost" onClick={() => acts.edit(send)}>
              {t('Edit')}
            </Button>
            <Button small tone="ghost" onClick={() => acts.cancel(send)}>
              {t('Discard')}
            </Button>
          </>
        )}
      </div>
    </Article>
  )
}
