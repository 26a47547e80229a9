'use client'
import { memo, useMemo, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { TroubleNote } from '@/components/ui/trouble'
import { count, seconds } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import type { Message } from '@/lib/offline/store'
import type { TurnState } from '@/lib/stream/turns'
import { clock } from '@/lib/time/words'
import type { ModelRow } from '../api/models'
import { figuresOf, reasoningOf, textOf, troubleOf, type Figures } from '../api/read'
import { isRunning, useTurn } from '../hooks/use-turns'
import { useChat } from '../store/chat-store'
import type { Step } from '../store/thread'
import { isHeld } from '../store/waking'
import { AnswerText } from './answer-text'
import { Article } from './frame'
import { MessageActions } from './message-actions'
import { WakingCard } from './waking-card'

export interface AnswerActs {
  readonly choose: (step: Step, child: string) => void
  readonly regenerate: (answer: Message, model?: string) => void
  readonly instead: (turnId: string, answer: Message, model: string) => void
}

interface Props {
  step: Step
  turnId: string | undefined
  row: ModelRow | undefined
  instead: string | undefined
  last: boolean
  acts: AnswerActs
}

function notesOf(message: Message, figures: Figures): string[] {
  return [
    clock(new Date(message.created_at)),
    figures.wait !== undefined && t('{time} wait', { time: seconds(figures.wait) }),
    figures.rate !== undefined && t('{n} tok/s', { n: Math.round(figures.rate) }),
  ].filter(note => note !== false)
}

function useFigures(message: Message): Figures {
  const measured = useChat(state => state.figures[message.id])
  return useMemo(() => {
    const told = figuresOf(message.usage)
    return { ...told, wait: told.wait ?? measured?.wait, rate: told.rate ?? measured?.rate }
  }, [message, measured])
}

export const Answer = memo(function Answer({ step, turnId, row, instead, last, acts }: Props): ReactNode {
  const { message } = step
  const turn = useTurn(turnId)
  const [tapped, setTapped] = useState(false)
  const figures = useFigures(message)
  const notes = useMemo(() => notesOf(message, figures), [message, figures])
  const writing = turn ? isRunning(turn) : false
  const text = turn && turn.text !== '' ? turn.text : textOf(message)
  const reasoning = turn && turn.reasoning !== '' ? turn.reasoning : reasoningOf(message)
  const waking =
    turn && text === '' && reasoning === '' && (turn.phase === 'waking' || (turn.phase === 'sending' && isHeld(row)))
  return (
    <Article who={message.model ?? t('Answer')} notes={notes} onClick={() => setTapped(old => !old)}>
      {waking ? (
        <WakingCard
          activation={turn.activation}
          row={row}
          instead={instead}
          onInstead={model => acts.instead(turn.turnId, message, model)}
        />
      ) : (
        <AnswerText text={text} reasoning={reasoning} writing={writing} />
      )}
      {turn?.reconnecting && (
        <p className="text-secondary text-waking mt-2">
          {t('The connection broke; the answer goes on, and is fetched as soon as there is one.')}
        </p>
      )}
      {!writing && <Ending message={message} turn={turn} instead={instead} acts={acts} empty={text === ''} />}
      {!writing && text !== '' && (
        <MessageActions
          step={step}
          text={text}
          open={last || tapped}
          figure={figures.answerTokens === undefined ? undefined : t('{n} tokens', { n: count(figures.answerTokens) })}
          onChoose={child => acts.choose(step, child)}
          onRegenerate={() => acts.regenerate(message)}
        />
      )}
    </Article>
  )
})

interface EndingProps {
  message: Message
  turn: TurnState | undefined
  instead: string | undefined
  acts: AnswerActs
  empty: boolean
}

/** Why it ended early, and what can be done. */
function Ending({ message, turn, instead, acts, empty }: EndingProps): ReactNode {
  const status = turn?.phase === 'stopped' ? 'stopped' : turn?.phase === 'failed' ? 'failed' : message.status
  const again = () => acts.regenerate(message)
  if (status === 'stopped')
    return <Note words={empty ? t('Stopped by you before the first word.') : t('Stopped by you.')} onAgain={again} />
  if (status === 'interrupted') return <Note words={t('Interrupted. What was written is kept.')} onAgain={again} />
  if (status === 'streaming') return <Note words={t('Being written; the rest comes with the next sync.')} />
  if (status !== 'failed') return null
  const trouble = turn?.trouble ?? troubleOf(message)
  if (!trouble) return <Note words={t('No answer came.')} onAgain={again} />
  return (
    <div className="text-body mt-2">
      <TroubleNote trouble={trouble} onRetry={again}>
        {instead && (
          <Button small tone="ghost" className="text-accent!" onClick={() => acts.regenerate(message, instead)}>
            {t('Ask {model} instead', { model: instead })}
          </Button>
        )}
      </TroubleNote>
    </div>
  )
}

function Note({ words, onAgain }: { words: string; onAgain?: () => void }): ReactNode {
  return (
    <p className="text-secondary text-text-3 mt-2 flex flex-wrap items-center gap-3">
      {words}
      {onAgain && (
        <Button small tone="ghost" className="text-accent!" onClick={onAgain}>
          {t('Answer again')}
        </Button>
      )}
    </p>
  )
}
