import { describe, expect, it } from 'vitest'
import { heads } from '@/features/chat/store/heads'
import { formOf, readForm, sentenceOf, SYSTEM_MOST } from '@/features/chat/store/params'
import { placeholderOf } from '@/features/chat/store/placeholder'
import { asleepSince, isHeld, wakingWords } from '@/features/chat/store/waking'
import { model, turn } from '../made'

describe('parameters', () => {
  it('are said in one sentence', () => {
    expect(sentenceOf({})).toBe('The Model’s own settings')
    expect(sentenceOf({ temperature: 0.2, system: 'Be brief' })).toBe('Temperature 0.2, system prompt set')
    expect(sentenceOf({ maxTokens: 4000 })).toBe('At most 4,000 tokens')
  })

  it('are read from the form, empty fields left to the Model', () => {
    expect(readForm({ system: ' ', temperature: '', maxTokens: '' }).params).toEqual({})
    expect(readForm({ system: 'x ', temperature: '0,7', maxTokens: '20' }).params).toEqual({
      system: 'x',
      temperature: 0.7,
      maxTokens: 20,
    })
    expect(formOf({ temperature: 0 })).toEqual({ system: '', temperature: '0', maxTokens: '' })
  })

  it.each(['7', '-1', 'hot'])('refuse the temperature %s by name', temperature => {
    const read = readForm({ system: '', temperature, maxTokens: '' })
    expect(read.params).toBeUndefined()
    expect(Object.keys(read.errors)).toEqual(['temperature'])
  })

  it.each(['0', '1.5', '2000000', 'x'])('refuse the longest answer %s by name', maxTokens => {
    expect(Object.keys(readForm({ system: '', temperature: '', maxTokens }).errors)).toEqual(['maxTokens'])
  })

  it('refuse a system prompt that is too long', () => {
    const { errors } = readForm({ system: 'x'.repeat(SYSTEM_MOST + 1), temperature: '', maxTokens: '' })
    expect(errors.system).toContain('20,001')
  })
})

describe('the empty composer', () => {
  const running = (phase: 'waking' | 'answering') => heads([], [turn('1', { phase })], 'c')[0]
  it('says what Enter will do', () => {
    const facts = { online: true, running: undefined, held: false, model: 'm' }
    expect(placeholderOf(facts)).toBe('Ask m')
    expect(placeholderOf({ ...facts, online: false })).toContain('Enter queues')
    expect(placeholderOf({ ...facts, running: running('waking') })).toBe('Write the next message')
    expect(placeholderOf({ ...facts, running: running('answering') })).toContain('Write while it answers')
    expect(placeholderOf({ ...facts, model: undefined })).toContain('until a Model is there')
    expect(placeholderOf({ ...facts, held: true })).toContain('wakes')
  })
})

describe('a Model that wakes', () => {
  const NOW = new Date(2026, 10, 28, 14, 0)
  const asleep = `${'R'.repeat(40)}${'A'.repeat(55)}W`

  it('tells since when it slept', () => {
    expect(asleepSince(asleep, NOW)).toEqual(new Date(2026, 10, 28, 0, 0))
    expect(asleepSince('R'.repeat(96), NOW)).toBeUndefined()
    expect(asleepSince('A'.repeat(96), NOW)).toBeUndefined()
    expect(asleepSince('', NOW)).toBeUndefined()
  })

  it('speaks from the turn’s own activation', () => {
    const words = wakingWords(
      { phase: 'FetchingWeights', progress: 0.66, eta_s: 40 },
      model('m', { lifeline: asleep }),
      NOW,
    )
    expect(words).toEqual({
      state: 'Waking up',
      sentence: 'Asleep since 00:00. Weights are loading.',
      share: 0.66,
      eta: 40,
    })
  })

  it('speaks from the Model’s row where the turn says nothing', () => {
    const words = wakingWords(null, model('m', { reason: 'FetchingWeights' }), NOW)
    expect(words).toMatchObject({ sentence: 'Weights are loading.', share: null, eta: undefined })
  })

  it.each([
    ['NotScheduled', 'Waiting for room', 'It waits for a node with room.'],
    ['Pending', 'Waiting for room', 'It waits for a node with room.'],
    ['FetchingWeights', 'Waking up', 'Weights are loading.'],
    ['Loading', 'Waking up', 'Weights are loading.'],
    ['Starting', 'Waking up', 'The engine is starting.'],
    ['Idle', 'Waking up', 'It is being started.'],
    ['ScaledToZero', 'Waking up', 'It is being started.'],
    ['Unheard', 'Waking up', 'It is being started.'],
  ])('says %s in words', (phase, state, sentence) => {
    expect(wakingWords({ phase }, undefined, NOW)).toMatchObject({ state, sentence, share: null })
  })

  it('is held while it sleeps or wakes', () => {
    expect(isHeld(undefined)).toBe(false)
    expect(isHeld(model('m'))).toBe(false)
    expect(isHeld(model('m', { phase: 'Idle', reason: 'ScaledToZero' }))).toBe(true)
    expect(isHeld(model('m', { phase: 'Loading', reason: 'Starting' }))).toBe(true)
    expect(wakingWords(null, undefined, NOW).sentence).toBe('It is being started.')
  })
})
