/** The form of a new key: what is typed, what is wrong with it, and what of it is sent. Pure. */
import type { Schemas } from '@/lib/api/client'
import type { FieldTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'

const DAY_MS = 86_400_000

type ScopeId = NonNullable<Schemas['KeyIn']['scopes']>[number]
export type Expiry = '7' | '30' | '90' | '365' | 'date' | 'never'

export interface KeyDraft {
  readonly name: string
  readonly expiry: Expiry
  /** `2026-11-23`, for `expiry: 'date'`. */
  readonly date: string
  readonly which: 'all' | 'some'
  /** For `which: 'some'`. */
  readonly models: readonly string[]
  readonly scopes: readonly string[]
  readonly service: boolean
}

export const EMPTY: KeyDraft = {
  name: '',
  expiry: '90',
  date: '',
  which: 'all',
  models: [],
  scopes: ['inference', 'read'],
  service: false,
}

export type KeyField = 'name' | 'expiry' | 'models' | 'scopes' | 'service'
export type FieldErrors = Partial<Record<KeyField, string>>

/** Milliseconds; null: never; undefined: no day was chosen. A day ends when it ends for the reader. */
export function endOf(draft: Pick<KeyDraft, 'expiry' | 'date'>, now: number): number | null | undefined {
  if (draft.expiry === 'never') return null
  if (draft.expiry !== 'date') return now + Number(draft.expiry) * DAY_MS
  const end = new Date(`${draft.date}T23:59:59`).getTime()
  return Number.isNaN(end) ? undefined : end
}

export function checkKey(draft: KeyDraft, now: number): FieldErrors {
  const end = endOf(draft, now)
  const name = draft.name.trim()
  return {
    ...(name === '' && { name: t('Give it a name that says what uses it.') }),
    ...(name.length > 200 && { name: t('At most 200 characters; this has {n}.', { n: name.length }) }),
    ...(end === undefined && { expiry: t('Choose a day, or one of the spans.') }),
    ...(end && end <= now && { expiry: t('This day is over. Choose a later one.') }),
    ...(draft.which === 'some' &&
      draft.models.length === 0 && { models: t('Tick at least one Model, or choose all.') }),
    ...(draft.scopes.length === 0 && { scopes: t('Tick at least one thing that it may do.') }),
  }
}

/** Only for a draft that `checkKey` found in order. */
export function toKeyIn(draft: KeyDraft, now: number): Schemas['KeyIn'] {
  const end = endOf(draft, now)
  return {
    name: draft.name.trim(),
    scopes: [...draft.scopes] as ScopeId[],
    models: draft.which === 'some' ? [...draft.models] : null,
    expires_at: end ? new Date(end).toISOString() : null,
    ...(draft.service && { service: true }),
  }
}

const FIELDS: Readonly<Record<string, KeyField>> = {
  name: 'name',
  expires_at: 'expiry',
  models: 'models',
  scopes: 'scopes',
  service: 'service',
}

/** What the server says about fields, at the fields; `rest` is about none that is shown. */
export function placed(fields: readonly FieldTrouble[]): { errors: FieldErrors; rest: FieldTrouble[] } {
  const errors: FieldErrors = {}
  const rest: FieldTrouble[] = []
  for (const field of fields) {
    const at = FIELDS[field.field.split('.')[0] ?? '']
    if (at) errors[at] ??= field.message
    else rest.push(field)
  }
  return { errors, rest }
}
