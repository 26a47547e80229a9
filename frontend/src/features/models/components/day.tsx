'use client'
import { useMemo, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { Lifeline, LifelineHours } from '@/components/ui/lifeline'
import { t } from '@/lib/i18n/t'
import { parseLifeline, SLOTS, slotTime, type SlotState } from '@/lib/lifeline/lifeline'
import { clock } from '@/lib/time/words'

const WORDS: Readonly<Record<SlotState, () => string>> = {
  ready: () => t('serving'),
  degraded: () => t('serving with a problem'),
  asleep: () => t('asleep'),
  waking: () => t('waking up'),
  failed: () => t('failed'),
  off: () => t('suspended'),
  unknown: () => t('no record'),
}

/** The last 24 hours, 96 px high; hover or the arrow keys read one quarter of an hour. */
export function Day({ data, now }: { data: string; now: Date }): ReactNode {
  const life = useMemo(() => parseLifeline(data), [data])
  const [slot, setSlot] = useState(SLOTS - 1)
  const [shown, setShown] = useState(false)
  const say = (at: number) => {
    const revision = life.revisions.includes(at) ? t(', new revision') : ''
    const state = WORDS[life.slots[at]?.state ?? 'unknown']()
    return `${clock(slotTime(at, now))} ${t('to')} ${clock(slotTime(at + 1, now))}: ${state}${revision}`
  }
  function point(event: MouseEvent<HTMLElement>): void {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    setSlot(Math.min(SLOTS - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * SLOTS))))
    setShown(true)
  }
  function move(event: KeyboardEvent): void {
    const next = { ArrowLeft: slot - 1, ArrowRight: slot + 1, Home: 0, End: SLOTS - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    setSlot(Math.min(SLOTS - 1, Math.max(0, next)))
  }
  return (
    <section aria-labelledby="day">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 pb-3">
        <h2 id="day">{t('Last 24 hours')}</h2>
        <span className="num text-secondary text-text-2 min-h-[18px]">{shown ? say(slot) : ''}</span>
      </div>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t('Quarter of an hour')}
        aria-valuemin={0}
        aria-valuemax={SLOTS - 1}
        aria-valuenow={slot}
        aria-valuetext={say(slot)}
        className="relative cursor-crosshair"
        onMouseMove={point}
        onClick={point}
        onMouseLeave={() => setShown(false)}
        onFocus={() => setShown(true)}
        onBlur={() => setShown(false)}
        onKeyDown={move}
      >
        <Lifeline data={data} height={96} grid now={now} />
        {shown && (
          <span
            aria-hidden
            className="border-line-strong bg-accent-soft pointer-events-none absolute inset-y-0 border-x mix-blend-multiply dark:mix-blend-screen"
            style={{ insetInlineStart: `${(slot / SLOTS) * 100}%`, width: `${100 / SLOTS}%` }}
          />
        )}
      </div>
      <LifelineHours now={now} className="mt-1.5" />
    </section>
  )
}
