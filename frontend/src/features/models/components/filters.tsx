'use client'
import { useEffect, useRef, type ReactNode } from 'react'
import { SearchField } from '@/components/ui/field'
import { Chip } from '@/components/ui/tabs'
import { t } from '@/lib/i18n/t'
import { register } from '@/lib/keyboard/keys'
import { moveTo } from '@/lib/route/segment'
import { filterPath, type Filter, type Show } from '../store/filter'

/** Search and chips; both live in the address. A chip without a single Model is absent, unless it is on. */
export function Filters({ filter, counts }: { filter: Filter; counts: Record<Show, number> }): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  useEffect(
    () => register({ keys: '/', label: t('Filter Models'), run: () => box.current?.querySelector('input')?.focus() }),
    [],
  )
  const go = (change: Partial<Filter>) => moveTo(filterPath({ ...filter, ...change }), 'replace')
  const chips: readonly (readonly [Show, string])[] = [
    ['all', t('All {n}', { n: counts.all })],
    ['attention', t('Needs you {n}', { n: counts.attention })],
    ['chat', t('Chat {n}', { n: counts.chat })],
    ['embeddings', t('Embeddings {n}', { n: counts.embeddings })],
    ['shared', t('Shared with you {n}', { n: counts.shared })],
  ]
  return (
    <div ref={box} className="flex items-center gap-2 overflow-x-auto pb-3.5 [scrollbar-width:none] max-sm:flex-wrap">
      <SearchField
        label={t('Filter by name or engine')}
        shortcut="/"
        className="w-full shrink-0 sm:w-[250px]"
        value={filter.q}
        onChange={event => go({ q: event.target.value })}
      />
      <div
        role="group"
        aria-label={t('Which Models')}
        className="flex gap-2 overflow-x-auto p-px [scrollbar-width:none]"
      >
        {chips
          .filter(([show]) => show === 'all' || show === filter.show || counts[show] > 0)
          .map(([show, label]) => (
            <Chip key={show} on={filter.show === show} onClick={() => go({ show })}>
              {label}
            </Chip>
          ))}
      </div>
    </div>
  )
}
