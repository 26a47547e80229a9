'use client'
import { memo, useMemo, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import {
  hourMarks,
  parseLifeline,
  runs,
  sayLifeline,
  SLOTS,
  type Lifeline as Life,
  type Run,
} from '@/lib/lifeline/lifeline'
import { clock } from '@/lib/time/words'

interface LifelineProps {
  /** The compact string of `ModelRow`. */
  data: string
  height?: number
  /** Lines at every 6 h. */
  grid?: boolean
  /** For the text equivalent; changes with the minute, not with each render. */
  now: Date
  className?: string
}

const W = 960
const SLOT_W = W / SLOTS

const hasErrors = (life: Life) => life.slots.some(slot => slot.errors > 0)

/** The last 24 hours of a Model: state, requests above the line, errors below, revisions. The same everywhere. */
export const Lifeline = memo(function Lifeline({ data, height = 34, grid, now, className }: LifelineProps): ReactNode {
  const life = useMemo(() => parseLifeline(data), [data])
  const bands = useMemo(() => runs(life.slots), [life])
  const base = Math.floor(height * (hasErrors(life) ? 0.74 : 0.86))
  return (
    <div
      className={`relative w-full ${className ?? ''}`}
      style={{ height }}
      role="img"
      aria-label={sayLifeline(life, now)}
    >
      <svg
        className="absolute inset-0 size-full overflow-visible"
        viewBox={`0 0 ${W} ${height}`}
        preserveAspectRatio="none"
        aria-hidden
      >
        {grid &&
          hourMarks(now).map(({ at }) => (
            <path key={at} d={`M${at * SLOT_W} 0V${height}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
          ))}
        {bands.map(run => (
          <Band key={run.from} run={run} base={base} />
        ))}
        <Bars life={life} base={base} height={height} />
        <path d={`M${W} -2V${height}`} stroke="var(--text)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
      </svg>
      {bands.map(run => (
        <Sign key={run.from} run={run} base={base} height={height} />
      ))}
      {life.revisions.map(slot => (
        <Post key={slot} left={percentOf(slot)} base={base} />
      ))}
    </div>
  )
})

/** The hours of the band above or below, each at its place; readers have the band's own words. */
export function LifelineHours({ now, className }: { now: Date; className?: string }): ReactNode {
  return (
    <div aria-hidden className={`num text-note text-text-3 relative h-4 ${className ?? ''}`}>
      {hourMarks(now).map(({ at, time }) => (
        <span
          key={at}
          className={`absolute ${at < 3 ? '' : '-translate-x-1/2'}`}
          style={{ left: at < 3 ? 0 : percentOf(at) }}
        >
          {clock(time)}
        </span>
      ))}
      <span className="absolute right-0">{t('now')}</span>
    </div>
  )
}

const percentOf = (slot: number) => `${(slot / SLOTS) * 100}%`

/** What stretches with the width. */
function Band({ run, base }: { run: Run; base: number }): ReactNode {
  const x = run.from * SLOT_W
  const width = (run.to - run.from) * SLOT_W
  const line = { vectorEffect: 'non-scaling-stroke' as const, fill: 'none' }
  if (run.state === 'ready' || run.state === 'degraded' || run.state === 'failed')
    return <rect x={x} y={base} width={width} height="3" fill={`var(--${run.state}-fill)`} />
  if (run.state === 'off')
    return (
      <path
        d={`M${x} ${base + 0.5}h${width}M${x} ${base + 3}h${width}`}
        stroke="var(--line-strong)"
        strokeWidth="1"
        {...line}
      />
    )
  if (run.state !== 'asleep') return null
  return (
    <path
      d={`M${x} ${base + 1.5}h${width}`}
      stroke="var(--asleep-fill)"
      strokeWidth="1.5"
      strokeDasharray="1.5 4"
      strokeLinecap="round"
      {...line}
    />
  )
}

const HATCH = 'repeating-linear-gradient(118deg, var(--waking-fill) 0 2px, transparent 2px 4px)'

/** What keeps its shape whatever the width: the hatch of waking, the cross of failing. */
function Sign({ run, base, height }: { run: Run; base: number; height: number }): ReactNode {
  const left = percentOf(run.from)
  const width = percentOf(run.to - run.from)
  if (run.state === 'waking') {
    const tall = height * 0.28
    return (
      <i
        className="absolute min-w-[5px]"
        style={{ left, width, top: base - tall, height: tall + 3, backgroundImage: HATCH }}
      />
    )
  }
  if (run.state !== 'failed') return null
  return (
    <svg
      className="absolute size-2 -translate-x-1/2 overflow-visible"
      style={{ left: percentOf((run.from + run.to) / 2), top: base - 10 }}
      viewBox="0 0 8 8"
      aria-hidden
    >
      <path d="M1 1l6 6m0-6l-6 6" stroke="var(--failed-fill)" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  )
}

/** Requests over the line at 55 %, errors under it; one path each, so that a hundred rows stay cheap. */
function Bars({ life, base, height }: { life: Life; base: number; height: number }): ReactNode {
  const up = (state: string) =>
    life.slots
      .map((slot, at) => {
        if (slot.requests === 0 || (state === 'degraded') !== (slot.state === 'degraded')) return ''
        const h = Math.max(1, (slot.requests / 9) * (base - 3))
        return `M${at * SLOT_W + 1.6} ${base - 1.5}v${-h}h${SLOT_W * 0.68}v${h}z`
      })
      .join('')
  const down = life.slots
    .map((slot, at) =>
      slot.errors
        ? `M${at * SLOT_W} ${base + 5}h${SLOT_W * 0.8}v${Math.max(2, (slot.errors / 9) * (height - base - 5))}h${-SLOT_W * 0.8}z`
        : '',
    )
    .join('')
  return (
    <>
      <path d={up('ready')} fill="var(--ready-fill)" opacity=".55" />
      <path d={up('degraded')} fill="var(--degraded-fill)" opacity=".6" />
      <path d={down} fill="var(--failed-fill)" />
    </>
  )
}

/** A new revision: a dashed post with a diamond on top. */
function Post({ left, base }: { left: string; base: number }): ReactNode {
  return (
    <svg
      className="absolute -translate-x-1/2 overflow-visible"
      style={{ left, top: -5 }}
      width="8"
      height={base + 4}
      viewBox={`0 0 8 ${base + 4}`}
      aria-hidden
    >
      <path d={`M4 ${base + 4}V4`} stroke="var(--text-2)" strokeDasharray="2 2" />
      <path d="M4 .6 7.4 4 4 7.4.6 4z" fill="var(--text-2)" />
    </svg>
  )
}
