/** The parameters of a conversation: said in one sentence, and read from a form that names what is wrong. */
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import type { Params } from '../api/read'

export interface ParamForm {
  readonly system: string
  readonly temperature: string
  readonly maxTokens: string
}

export type ParamErrors = Partial<Readonly<Record<keyof ParamForm, string>>>

export const SYSTEM_MOST = 20_000
export const TOKENS_MOST = 1_000_000
export const HOTTEST = 2

const shown = (value: number | undefined) => (value === undefined ? '' : String(value))

export function formOf(params: Params): ParamForm {
  return {
    system: params.system ?? '',
    temperature: shown(params.temperature),
    maxTokens: shown(params.maxTokens),
  }
}

/** "0,2" is a number too. */
const read = (text: string) => (text.trim() === '' ? undefined : Number(text.trim().replace(',', '.')))

function errorsOf(form: ParamForm, temperature: number | undefined, tokens: number | undefined): ParamErrors {
  const errors: { -readonly [key in keyof ParamForm]?: string } = {}
  if (form.system.length > SYSTEM_MOST)
    errors.system = t('{n} characters of at most {most}: shorten it.', { n: form.system.length, most: SYSTEM_MOST })
  if (temperature !== undefined && !(temperature >= 0 && temperature <= HOTTEST))
    errors.temperature = t('A number from 0 to 2, or nothing.')
  if (tokens !== undefined && !(Number.isInteger(tokens) && tokens >= 1 && tokens <= TOKENS_MOST))
    errors.maxTokens = t('A whole number from 1 to {most}, or nothing.', { most: TOKENS_MOST })
  return errors
}

export function readForm(form: ParamForm): { params: Params | undefined; errors: ParamErrors } {
  const temperature = read(form.temperature)
  const maxTokens = read(form.maxTokens)
  const errors = errorsOf(form, temperature, maxTokens)
  if (Object.keys(errors).length > 0) return { params: undefined, errors }
  return { params: { system: form.system.trim() || undefined, temperature, maxTokens }, errors }
}

/** "Temperature 0.2, system prompt set" */
export function sentenceOf({ system, temperature, maxTokens }: Params): string {
  const parts = [
    temperature !== undefined && t('temperature {n}', { n: temperature }),
    system && t('system prompt set'),
    maxTokens !== undefined && t('at most {n} tokens', { n: count(maxTokens) }),
  ].filter(part => typeof part === 'string')
  const sentence = parts.join(', ')
  return sentence === '' ? t('The Model’s own settings') : sentence[0]?.toUpperCase() + sentence.slice(1)
}
