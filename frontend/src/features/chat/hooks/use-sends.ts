import { useEffect, useState } from 'react'
import type { OutboxItem } from '@/lib/offline/outbox'
import { runtime } from '@/lib/runtime/runtime'

const NONE: readonly OutboxItem[] = []

/** The whole outbox, after every change in any tab. */
export function useOutbox(): readonly OutboxItem[] {
  const [items, setItems] = useState(NONE)
  useEffect(() => runtime().outbox.subscribe(setItems), [])
  return items
}
