import clsx from 'clsx'
import type { ReactNode } from 'react'
import type { StateTone } from '@/lib/words/states'

/** Six shapes, so that a state is known without its colour. */
const SHAPES: Readonly<Record<StateTone, ReactNode>> = {
  ready: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  waking: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" fill="currentColor" />
    </>
  ),
  degraded: <path d="M6 .8 11.6 11H.4z" fill="currentColor" />,
  failed: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  asleep: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  off: <path d="M3.6 2v8M8.4 2v8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
}

const TEXT: Readonly<Record<StateTone, string>> = {
  ready: 'text-ready',
  waking: 'text-waking',
  degraded: 'text-degraded',
  failed: 'text-failed',
  asleep: 'text-asleep',
  off: 'text-asleep',
}

const SOFT: Readonly<Record<StateTone, string>> = {
  ready: 'bg-ready-soft',
  waking: 'bg-waking-soft',
  degraded: 'bg-degraded-soft',
  failed: 'bg-failed-soft',
  asleep: 'bg-asleep-soft',
  off: 'bg-asleep-soft',
}

export function Glyph({ tone }: { tone: StateTone }): ReactNode {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden
      className={clsx('size-3 shrink-0 self-center', tone === 'waking' && 'animate-half-turn')}
    >
      {SHAPES[tone]}
    </svg>
  )
}

/** Shape, word and colour. `pill` where it stands alone, bare in rows. */
export function State({ tone, words, pill }: { tone: StateTone; words: string; pill?: boolean }): ReactNode {
  return (
    <span
      className={clsx(
        'text-secondary inline-flex items-baseline gap-1.5 font-medium whitespace-nowrap',
        TEXT[tone],
        pill && ['rounded-pill py-[3px] ps-2 pe-2.5', SOFT[tone]],
      )}
    >
      <Glyph tone={tone} />
      {words}
    </span>
  )
}
