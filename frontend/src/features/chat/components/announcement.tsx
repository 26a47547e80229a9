'use client'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { textOf } from '../api/read'
import type { TurnHead } from '../store/heads'
import type { Step } from '../store/thread'

const words = (text: string) => text.split(/\s+/).filter(Boolean).length

function ending(path: readonly Step[]): string {
  const last = path.at(-1)?.message
  if (last?.role !== 'assistant') return ''
  if (last.status === 'failed' || last.status === 'interrupted') return t('The answer broke off')
  return t('Answer complete, {n} words', { n: words(textOf(last)) })
}

/** For readers: that it answers, and when it is done; never the words as they come. */
export function Announcement({ running, path }: { running: TurnHead | undefined; path: readonly Step[] }): ReactNode {
  const [said, setSaid] = useState('')
  const before = useRef(false)
  const waking = running?.phase === 'waking'
  const answering = running !== undefined
  useEffect(() => {
    if (waking) setSaid(t('The Model is waking up'))
    else if (answering) setSaid(t('Answering'))
    else if (before.current) setSaid(ending(path))
    before.current = answering
  }, [answering, waking, path])
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  )
}
