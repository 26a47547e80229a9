'use client'
import { ArrowDown } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { VList, type VListHandle } from 'virtua'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { clockWithSeconds } from '../seconds'
import type { LogLine } from '../store/log-buffer'

const timeOf = (time: string): string => (time ? clockWithSeconds(new Date(time)) : '')

/** Within this many px of the end the view follows new lines. */
const NEAR = 48

interface LinesProps {
  lines: readonly LogLine[]
  empty: string
}

/** Only the visible rows are in the page. Scrolling up pauses; the button, or the end, follows again. */
export function LogLines({ lines, empty }: LinesProps): ReactNode {
  const list = useRef<VListHandle>(null)
  const [follows, setFollows] = useState(true)
  const last = lines.at(-1)?.at
  useEffect(() => {
    if (follows && lines.length > 0) list.current?.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follows, last, lines.length])
  function scrolled(offset: number): void {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {}
    setFollows(scrollSize - viewportSize - offset < NEAR)
  }
  return (
    <div className="bg-sunken rounded-control relative h-[max(320px,calc(100dvh-360px))]">
      {lines.length === 0 ? (
        <p className="text-text-2 grid h-full place-items-center px-6 text-center">{empty}</p>
      ) : (
        <VList
          ref={list}
          role="log"
          aria-live="off"
          aria-label={t('Log lines')}
          tabIndex={0}
          className="mono text-note h-full px-4 py-2 leading-[18px]"
          onScroll={scrolled}
        >
          {lines.map(line => (
            <div key={line.at} className="[overflow-wrap:anywhere] whitespace-pre-wrap">
              <span className="text-text-3 pe-3 select-none max-sm:hidden">{timeOf(line.time)}</span>
              {line.text}
            </div>
          ))}
        </VList>
      )}
      {!follows && (
        <span className="absolute inset-x-0 bottom-3 grid justify-items-center">
          <Button small icon={<Icon of={ArrowDown} small />} onClick={() => setFollows(true)}>
            {t('Jump to latest')}
          </Button>
        </span>
      )}
    </div>
  )
}
