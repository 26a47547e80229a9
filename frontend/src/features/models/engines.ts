/** An engine and what a pod of it has, in words. */
import { t } from '@/lib/i18n/t'
import { SLOTS } from '@/lib/lifeline/lifeline'
import type { ModelRow } from './api/types'

const ENGINES: Readonly<Record<string, () => string>> = {
  LlamaCpp: () => 'llama.cpp',
  Custom: () => t('Custom engine'),
  External: () => t('External'),
  Echo: () => t('Echo'),
}

export const engineWords = (engine: string): string => ENGINES[engine]?.() ?? engine

export const isEmbedding = (row: Pick<ModelRow, 'features'>): boolean => row.features.includes('TextEmbedding')
export const isChat = (row: Pick<ModelRow, 'features'>): boolean => row.features.includes('TextGeneration')

/** "llama.cpp, cpu:1, embeddings". */
export function kindLine(row: Pick<ModelRow, 'engine' | 'resources' | 'features'>): string {
  const parts = [engineWords(row.engine), row.resources, isEmbedding(row) && t('embeddings')]
  return parts.filter(Boolean).join(', ')
}

/** Whether a lifeline tells requests and errors too, or states alone. */
export const hasRequests = (lifeline: string): boolean => (lifeline.split('|')[0] ?? '').length > SLOTS
