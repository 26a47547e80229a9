import { describe, expect, it } from 'vitest'
import { hasRequests, kindLine } from '@/features/models/engines'
import { counts, filterPath, readFilter, shown, summary } from '@/features/models/store/filter'
import { row } from './rows'

const rows = [
  row('mistral'),
  row('coder', { phase: 'Failed', reason: 'Failing' }),
  row('bge', { features: ['TextEmbedding'], description: 'Finds passages' }),
  row('whisper', { phase: 'Idle', reason: 'ScaledToZero', engine: 'Custom' }),
  row('llama', { phase: 'Loading', reason: 'Starting' }),
  row('shared', { tenant: 'other', phase: 'Degraded', reason: 'Serving' }),
]
const names = (q: string, show: Parameters<typeof shown>[1]['show'] = 'all') =>
  shown(rows, { q, show }, 'harbour').map(one => one.name)

describe('the list', () => {
  it('shows what failed first, then by name', () => {
    expect(names('')).toEqual(['coder', 'bge', 'llama', 'mistral', 'shared', 'whisper'])
  })

  it('is filtered by every word, in name, engine and description', () => {
    expect(names('LLAMA.CPP')).toEqual(['coder', 'bge', 'llama', 'mistral', 'shared'])
    expect(names('custom engine')).toEqual(['whisper'])
    expect(names('finds bge')).toEqual(['bge'])
    expect(names('nothing')).toEqual([])
  })

  it('is filtered by chips whose counts agree', () => {
    expect(names('', 'attention')).toEqual(['coder'])
    expect(names('', 'embeddings')).toEqual(['bge'])
    expect(names('', 'shared')).toEqual(['shared'])
    expect(names('', 'chat')).not.toContain('bge')
    expect(counts(rows, 'harbour')).toEqual({ all: 6, attention: 1, chat: 5, embeddings: 1, shared: 1 })
    expect(counts(rows, '').shared).toBe(0)
  })

  it('keeps its filter in the address', () => {
    expect(filterPath({ q: '', show: 'all' })).toBe('/models')
    expect(filterPath({ q: 'a b', show: 'chat' })).toBe('/models?q=a+b&show=chat')
    expect(readFilter(new URLSearchParams('q=a+b&show=chat'))).toEqual({ q: 'a b', show: 'chat' })
    expect(readFilter(new URLSearchParams('show=bogus'))).toEqual({ q: '', show: 'all' })
  })

  it('is summed up in one sentence’s figures', () => {
    expect(summary(rows)).toEqual({ now: 3, onDemand: 2, attention: 1 })
  })
})

describe('a row', () => {
  it('says engine, size and kind', () => {
    expect(kindLine(row('x', { features: ['TextEmbedding'] }))).toBe('llama.cpp, cpu:1, embeddings')
    expect(kindLine(row('x', { engine: 'Unheard', resources: null }))).toBe('Unheard')
  })

  it('knows whether its lifeline counts requests', () => {
    expect(hasRequests('R'.repeat(96))).toBe(false)
    expect(hasRequests('R10'.repeat(96))).toBe(true)
  })
})
