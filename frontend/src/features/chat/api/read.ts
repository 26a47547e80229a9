/**
 * The only place that knows how the API's fields are called in a message, a conversation and a usage record. All
 * readers are tolerant: what is absent is `undefined`, never a wrong figure.
 */
import { fromProblem, type Trouble } from '@/lib/api/problem'
import type { Conversation, Message } from '@/lib/offline/store'

const partsOf = (message: Message, type: 'text' | 'reasoning') =>
  message.parts
    .filter(part => part.type === type)
    .map(part => part.text)
    .join('')

export const textOf = (message: Message): string => partsOf(message, 'text')
export const reasoningOf = (message: Message): string => partsOf(message, 'reasoning')

export function isEmptyFailure(message: Message): boolean {
  return message.role === 'assistant' && message.status === 'failed' && textOf(message) === ''
}

const string = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

export interface Figures {
  readonly promptTokens?: number | undefined
  readonly answerTokens?: number | undefined
  /** Seconds to the first word. */
  readonly wait?: number | undefined
  /** Tokens a second, from the first word on. */
  readonly rate?: number | undefined
}

type Usage = Readonly<Record<string, unknown>> | null | undefined

export function figuresOf(usage: Usage): Figures {
  if (!usage) return {}
  const answerTokens = number(usage.completion_tokens)
  const firstMs = number(usage.ttft_ms) ?? number(usage.first_token_ms)
  const wholeMs = number(usage.duration_ms)
  const writing = wholeMs === undefined ? undefined : wholeMs - (firstMs ?? 0)
  return {
    promptTokens: number(usage.prompt_tokens),
    answerTokens,
    wait: firstMs === undefined ? undefined : firstMs / 1000,
    rate: number(usage.tokens_per_second) ?? rateOf(answerTokens, writing),
  }
}

/** Tokens a second over `ms`; undefined where either is unknown or too small to mean anything. */
export function rateOf(tokens: number | undefined, ms: number | undefined): number | undefined {
  return tokens && ms && ms >= 50 ? (tokens * 1000) / ms : undefined
}

export interface Params {
  readonly system?: string | undefined
  readonly temperature?: number | undefined
  readonly maxTokens?: number | undefined
}

/** From the wire's form. */
export function paramsOf(raw: Readonly<Record<string, unknown>> | undefined): Params {
  return {
    system: string(raw?.system),
    temperature: number(raw?.temperature),
    maxTokens: number(raw?.max_tokens),
  }
}

/** To the wire's form; what is not set is not sent, so that the Model's own default holds. */
export function rawParams(params: Params): Record<string, unknown> {
  return {
    ...(params.system && { system: params.system }),
    ...(params.temperature !== undefined && { temperature: params.temperature }),
    ...(params.maxTokens !== undefined && { max_tokens: params.maxTokens }),
  }
}

/** Why an answer ended without being complete. */
export function troubleOf(message: Message): Trouble | undefined {
  const { error } = message
  return error ? fromProblem(Number(error.status ?? 502), error) : undefined
}

export const timeOf = (row: Conversation): string => row.last_message_at
