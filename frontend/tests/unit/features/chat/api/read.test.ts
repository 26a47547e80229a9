import { describe, expect, it } from 'vitest'
import {
  figuresOf,
  paramsOf,
  rateOf,
  rawParams,
  reasoningOf,
  textOf,
  timeOf,
  troubleOf,
} from '@/features/chat/api/read'
import { answer, AT, conversation } from '../made'

describe('a message', () => {
  it('joins its parts by kind', () => {
    const parts = [
      { type: 'reasoning' as const, text: 'hm' },
      { type: 'text' as const, text: 'a' },
      { type: 'text' as const, text: 'b' },
    ]
    expect(textOf(answer('1', '0', { parts }))).toBe('ab')
    expect(reasoningOf(answer('1', '0', { parts }))).toBe('hm')
  })

  it('tells why it failed', () => {
    expect(troubleOf(answer('1', '0'))).toBeUndefined()
    expect(troubleOf(answer('1', '0', { error: { status: 429, code: 'rate_limited' } }))).toMatchObject({
      status: 429,
      whose: 'limit',
    })
    expect(troubleOf(answer('1', '0', { error: {} }))?.status).toBe(502)
  })
})

describe('usage', () => {
  it('gives wait and speed where they were measured', () => {
    expect(figuresOf({ prompt_tokens: 9, completion_tokens: 40, ttft_ms: 500, tokens_per_second: 41 })).toEqual({
      promptTokens: 9,
      answerTokens: 40,
      wait: 0.5,
      rate: 41,
    })
    expect(figuresOf({ completion_tokens: 100, first_token_ms: 1000, duration_ms: 3000 })).toMatchObject({
      wait: 1,
      rate: 50,
    })
    expect(figuresOf({ completion_tokens: 100, duration_ms: 2000 }).rate).toBe(50)
  })

  it('is silent about what it does not know', () => {
    expect(figuresOf(null)).toEqual({})
    expect(figuresOf({ prompt_tokens: 'many' })).toEqual({})
    expect(rateOf(undefined, 100)).toBeUndefined()
    expect(rateOf(5, 10)).toBeUndefined()
  })
})

describe('parameters on the wire', () => {
  it('come back as they went', () => {
    const params = { system: 's', temperature: 0, maxTokens: 5 }
    expect(rawParams(params)).toEqual({ system: 's', temperature: 0, max_tokens: 5 })
    expect(paramsOf(rawParams(params))).toEqual(params)
  })

  it('leave out what is not set', () => {
    expect(rawParams({})).toEqual({})
    expect(paramsOf(undefined)).toEqual({})
  })
})

it('dates a conversation by its last message', () => {
  expect(timeOf(conversation('c'))).toBe(AT)
})
