'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Lifeline } from '@/components/ui/lifeline'
import { Progress } from '@/components/ui/meter'
import { State } from '@/components/ui/pill'
import { t } from '@/lib/i18n/t'
import { seconds } from '@/lib/i18n/figures'
import type { Activation } from '@/lib/stream/turn'
import type { ModelRow } from '../api/models'
import { useNow } from '@/lib/time/use-now'
import type { Send } from '../store/queue'
import { wakingWords } from '../store/waking'

const CARD = 'border-line bg-surface rounded-composer grid max-w-[520px] gap-2.5 border p-3.5 text-body'

interface WakingProps {
  activation: Activation | null
  row: ModelRow | undefined
  /** Another Model that answers now. */
  instead: string | undefined
  onInstead: (model: string) => void
}

/** In the answer's place while the question is held: what happens now, how far it is, and a way out. */
export function WakingCard({ activation, row, instead, onInstead }: WakingProps): ReactNode {
  const now = useNow(30_000)
  const words = wakingWords(activation, row, now)
  return (
    <div className={CARD}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <State tone="waking" words={words.state} pill />
        {words.eta !== undefined && (
          <span className="num text-text-2">{t('about {time}', { time: seconds(words.eta) })}</span>
        )}
      </div>
      <p className="text-text-2">{words.sentence}</p>
      <Progress share={words.share} label={t('Waking up')} />
      {row?.lifeline && <Lifeline data={row.lifeline} height={32} now={now} />}
      {instead && (
        <div>
          <Button small tone="ghost" className="text-accent! -ms-1.5 h-9!" onClick={() => onInstead(instead)}>
            {t('Ask {model} instead', { model: instead })}
          </Button>
        </div>
      )}
    </div>
  )
}

interface AgainProps {
  send: Send
  online: boolean
  onNow: () => void
  onCancel: () => void
  instead: string | undefined
  onInstead: (model: string) => void
}

/** The Model did not wake within the hold: the question goes again by itself. */
export function AgainCard({ send, online, onNow, onCancel, instead, onInstead }: AgainProps): ReactNode {
  const now = useNow(1000)
  const left = Math.max(0, Math.ceil((send.nextAt - now.getTime()) / 1000))
  const stuck = send.state === 'needs_you'
  const state = stuck ? t('Not asked') : send.nextAt > 0 ? t('Not awake yet') : t('Waits')
  return (
    <div className={CARD}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <State tone={stuck ? 'failed' : 'waking'} words={state} pill />
        {!stuck && online && (
          <span className="num text-text-2" role="timer">
            {left > 0 ? t('again in {time}', { time: seconds(left) }) : t('now')}
          </span>
        )}
      </div>
      <p className="text-text-2 [overflow-wrap:anywhere]">
        {send.trouble?.what}{' '}
        {stuck
          ? t('Your question is kept.')
          : online
            ? t('Your question is kept and goes again by itself.')
            : t('Your question is kept and goes when the connection is back.')}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button small onClick={onNow}>
          {t('Ask now')}
        </Button>
        <Button small tone="ghost" onClick={onCancel}>
          {t('Cancel')}
        </Button>
        {instead && (
          <Button small tone="ghost" className="text-accent!" onClick={() => onInstead(instead)}>
            {t('Ask {model} instead', { model: instead })}
          </Button>
        )}
      </div>
    </div>
  )
}
