/** Which Models the list shows, from the address: `?q=qwen&show=attention`. Pure, so that counts and rows agree. */
import { stateWords } from '@/lib/words/states'
import type { ModelRow } from '../api/types'
import { engineWords, isChat, isEmbedding } from '../engines'

export type Show = 'all' | 'attention' | 'chat' | 'embeddings' | 'shared'

export interface Filter {
  readonly q: string
  readonly show: Show
}

const SHOWS: readonly Show[] = ['all', 'attention', 'chat', 'embeddings', 'shared']

export function readFilter(search: URLSearchParams): Filter {
  const show = SHOWS.find(one => one === search.get('show')) ?? 'all'
  return { q: search.get('q') ?? '', show }
}

export function filterPath({ q, show }: Filter): string {
  const search = new URLSearchParams({ ...(q && { q }), ...(show !== 'all' && { show }) }).toString()
  return search ? `/models?${search}` : '/models'
}

/** Somebody must do something: it does not serve, and will not by itself. */
export const needsYou = (row: ModelRow): boolean => stateWords(row).tone === 'failed'

const FITS: Readonly<Record<Show, (row: ModelRow, tenant: string) => boolean>> = {
  all: () => true,
  attention: needsYou,
  chat: isChat,
  embeddings: isEmbedding,
  shared: (row, tenant) => tenant !== '' && row.tenant !== tenant,
}

export function counts(rows: readonly ModelRow[], tenant: string): Record<Show, number> {
  const of = (show: Show) => rows.filter(row => FITS[show](row, tenant)).length
  return {
    all: rows.length,
    attention: of('attention'),
    chat: of('chat'),
    embeddings: of('embeddings'),
    shared: of('shared'),
  }
}

/** Those that fit; what failed stands first, then by name. */
export function shown(rows: readonly ModelRow[], { q, show }: Filter, tenant: string): ModelRow[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const text = (row: ModelRow) =>
    `${row.name} ${row.display_name} ${row.engine} ${engineWords(row.engine)} ${row.description ?? ''}`.toLowerCase()
  const failed = (row: ModelRow) => (stateWords(row).tone === 'failed' ? 0 : 1)
  return rows
    .filter(row => FITS[show](row, tenant) && words.every(word => text(row).includes(word)))
    .sort((a, b) => failed(a) - failed(b) || a.name.localeCompare(b.name))
}

export interface Summary {
  readonly now: number
  /** Asleep, or waking for somebody now. */
  readonly onDemand: number
  readonly attention: number
}

export function summary(rows: readonly ModelRow[]): Summary {
  const tones = rows.map(row => stateWords(row).tone)
  return {
    now: tones.filter(tone => tone === 'ready' || tone === 'degraded').length,
    onDemand: tones.filter(tone => tone === 'asleep' || tone === 'waking').length,
    attention: rows.filter(needsYou).length,
  }
}
