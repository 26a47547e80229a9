'use client'
import { ArrowUp, Square } from 'lucide-react'
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { useAuth } from '@/lib/auth/use-auth'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { draftSaver, readDraft } from '@/lib/offline/drafts'
import { draftKey } from '../hooks/use-draft-ids'
import { tellDrafts } from '../store/drafts'

/** Characters; what a body may hold, with room for the rest of it. */
export const MOST_CHARS = 200_000

export interface ComposerHandle {
  /** Puts a text back to be changed, before what stands there. */
  put: (text: string) => void
  focus: () => void
}

interface Props {
  conversation: string | undefined
  plate: ReactNode
  queue: ReactNode
  /** "Temperature 0.2, system prompt set"; opens the parameters. */
  sentence: string
  onParams: () => void
  /** "3.1k of 32k tokens" */
  tokens: string | undefined
  placeholder: string
  /** Why nothing can be sent at all; what is typed stays as a draft. */
  blocked: string | undefined
  /** That is still being found out: Enter sends as soon as it may. */
  unsure: boolean
  answering: boolean
  onSend: (text: string) => void
  onStop: () => void
  /** The arrow up in an empty composer. */
  onEditLast: () => void
  handle: Ref<ComposerHandle>
}

function useDraft(conversation: string | undefined) {
  const [text, setText] = useState('')
  const key = draftKey(conversation)
  const { status } = useAuth()
  const saver = useRef<ReturnType<typeof draftSaver>>(undefined)
  useEffect(() => {
    const mine = draftSaver(key)
    saver.current = mine
    // Before anybody is signed in there is no store to read.
    if (status !== 'loading') void readDraft(key).then(draft => setText(old => (old === '' ? draft : old)))
    const leave = () => void mine.flush().then(tellDrafts)
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      leave()
    }
  }, [key, status])
  const change = (next: string) => {
    setText(next)
    saver.current?.save(next)
  }
  const clear = () => {
    change('')
    void saver.current?.flush().then(tellDrafts)
  }
  return { text, change, clear }
}

const tooLongWords = (length: number) =>
  t('{n} characters of at most {most}: shorten the message, or send it in parts.', {
    n: count(length),
    most: count(MOST_CHARS),
  })

const finePointer = () => matchMedia('(pointer: fine)').matches

/** Never disabled: offline and while answering it says what Enter will do. */
export function Composer(props: Props): ReactNode {
  const { conversation, plate, queue, sentence, onParams, tokens, placeholder, answering, onSend, onStop } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, change, clear } = useDraft(conversation)
  const [tried, setTried] = useState(false)
  const [due, setDue] = useState(false)
  const tooLong = text.length > MOST_CHARS
  const ready = text.trim() !== '' && !tooLong
  const error = tooLong ? tooLongWords(text.length) : tried && text !== '' && !props.unsure ? props.blocked : undefined
  useImperativeHandle(props.handle, () => ({
    put: back => {
      change(text.trim() === '' ? back : `${back}\n\n${text}`)
      field.current?.focus()
    },
    focus: () => field.current?.focus(),
  }))
  useEffect(() => {
    // After the shell has put the focus on the heading of a new route.
    const frame = requestAnimationFrame(() => finePointer() && field.current?.focus({ preventScroll: true }))
    return () => cancelAnimationFrame(frame)
  }, [])
  const send = () => {
    setTried(true)
    if (ready && props.blocked) setDue(true)
    if (!ready || props.blocked) return
    onSend(text.trim())
    clear()
    setTried(false)
  }
  const latest = useRef(send)
  latest.current = send
  useEffect(() => {
    if (!due || (props.blocked && props.unsure)) return
    setDue(false)
    if (!props.blocked) latest.current()
  }, [due, props.blocked, props.unsure])
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault()
      props.onEditLast()
    }
    if (event.key !== 'Enter' || event.shiftKey || (!finePointer() && !event.ctrlKey)) return
    event.preventDefault()
    send()
  }
  return (
    <div className="border-line-strong bg-surface shadow-raised rounded-phone @min-[600px]:rounded-composer outline-accent has-[textarea:focus-visible]:border-accent border has-[textarea:focus-visible]:outline-1">
      {plate}
      {queue}
      <div className="flex items-end @min-[520px]:block">
        <textarea
          ref={field}
          value={text}
          rows={1}
          aria-label={t('Your message')}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={error ? 'composer-error' : undefined}
          placeholder={placeholder}
          onChange={event => {
            setDue(false)
            change(event.target.value)
          }}
          onKeyDown={press}
          enterKeyHint="send"
          className="placeholder:text-text-3 field-sizing-content block max-h-[304px] w-full min-w-0 flex-1 resize-none bg-transparent px-3.5 pt-2.5 pb-2.5 text-[16px]! leading-6 outline-none! @min-[520px]:min-h-[58px] @min-[520px]:pt-3.5 @min-[520px]:text-[15.5px]!"
        />
        <div className="text-text-2 flex items-center gap-2 p-1 @min-[520px]:px-2 @min-[520px]:pt-1.5 @min-[520px]:pb-2">
          <button
            type="button"
            onClick={onParams}
            className="text-secondary hover:text-text hover:bg-sunken rounded-control hidden h-[34px] min-w-0 truncate px-1.5 @min-[520px]:block coarse:h-11"
          >
            {sentence}
          </button>
          <span className="hidden flex-1 @min-[520px]:block" />
          {tokens && (
            <span className="text-note text-text-3 num hidden pe-1 whitespace-nowrap @min-[520px]:block">{tokens}</span>
          )}
          <Buttons answering={answering} ready={ready} onSend={send} onStop={onStop} />
        </div>
      </div>
      {error && (
        <p id="composer-error" role="alert" className="text-secondary text-failed px-3.5 pb-2.5">
          {error}
        </p>
      )}
    </div>
  )
}

interface ButtonsProps {
  answering: boolean
  ready: boolean
  onSend: () => void
  onStop: () => void
}

/** Stop is ink, Send is accent. While it answers, a typed text may be queued beside Stop. */
function Buttons({ answering, ready, onSend, onStop }: ButtonsProps): ReactNode {
  const look = 'h-9! px-3! text-secondary!'
  return (
    <>
      {answering && (
        <Button tone="ink" className={look} onClick={onStop} icon={<Icon of={Square} small />}>
          <span className="@max-[519px]:sr-only">{t('Stop')}</span>
        </Button>
      )}
      {(!answering || ready) && (
        <Button
          tone="primary"
          className={look}
          onClick={onSend}
          aria-disabled={!ready || undefined}
          icon={<Icon of={ArrowUp} small />}
        >
          <span className="@max-[519px]:sr-only">{answering ? t('Queue') : t('Send')}</span>
        </Button>
      )}
    </>
  )
}
