/**
 * What the browser can tell about a value by its schema alone: kinds, bounds, patterns, required and unknown fields.
 * Rules over several fields are the server's, by dry run.
 */
import { count } from '../i18n/figures'
import { t } from '../i18n/t'
import { kindOf, labelOf, nameOf, type JsonSchema, type Path } from './schema'

export interface FieldError {
  /** `external.baseURL`. */
  readonly field: string
  readonly message: string
}

type Check = (value: unknown, schema: JsonSchema) => string | undefined

const number: Check = (value, { minimum, maximum }) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return t('Give a whole number.')
  if (minimum !== undefined && value < minimum) return t('Give at least {n}.', { n: count(minimum) })
  if (maximum !== undefined && value > maximum) return t('Give at most {n}.', { n: count(maximum) })
  return undefined
}

const text: Check = (value, { minLength, maxLength, pattern }) => {
  if (typeof value !== 'string') return t('Give a text; in YAML, put it between quotes.')
  if (minLength !== undefined && value.length < minLength)
    return value === '' ? t('Give a value, or leave it out.') : t('Give at least {n} characters.', { n: minLength })
  if (maxLength !== undefined && value.length > maxLength)
    return t('Give at most {n} characters; these are {have}.', { n: maxLength, have: value.length })
  if (pattern && !new RegExp(pattern, 'u').test(value)) return t('It must look like {pattern}', { pattern })
  return undefined
}

const choice: Check = (value, schema) =>
  schema.enum?.includes(value as string) ? undefined : t('Choose one of {all}.', { all: schema.enum?.join(', ') ?? '' })

const amount: Check = (value, schema) => (typeof value === 'number' ? number(value, schema) : text(value, schema))

const list: Check = (value, { minItems, maxItems }) => {
  if (!Array.isArray(value)) return t('Give a list.')
  if (minItems !== undefined && value.length < minItems) return t('Give at least {n}.', { n: minItems })
  if (maxItems !== undefined && value.length > maxItems) return t('Give at most {n}.', { n: maxItems })
  return undefined
}

const CHECKS: Readonly<Record<ReturnType<typeof kindOf>, Check>> = {
  text,
  number,
  amount,
  choice,
  choices: list,
  lines: list,
  list,
  switch: value => (typeof value === 'boolean' ? undefined : t('Give true or false.')),
  group: value =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : t('Give fields and values.'),
}

/** Everything that is wrong, each by its path below `at`. */
export function check(value: unknown, schema: JsonSchema, at: Path = []): FieldError[] {
  const wrong = CHECKS[kindOf(schema)](value, schema)
  if (wrong) return [{ field: nameOf(at), message: wrong }]
  if (Array.isArray(value)) return value.flatMap((one, index) => check(one, schema.items ?? {}, [...at, index]))
  return kindOf(schema) === 'group' ? checkFields(value as Record<string, unknown>, schema, at) : []
}

function checkFields(value: Readonly<Record<string, unknown>>, schema: JsonSchema, at: Path): FieldError[] {
  const known = schema.properties ?? {}
  const missing = (schema.required ?? [])
    .filter(name => value[name] === undefined)
    .map(name => ({ field: nameOf([...at, name]), message: t('{field} is needed.', { field: labelOf(name) }) }))
  const given = Object.entries(value).flatMap(([name, one]) => {
    const path = [...at, name]
    const own = known[name]
    if (!own)
      return [{ field: nameOf(path), message: t('There is no field {name} here; check its spelling.', { name }) }]
    return one === undefined ? [] : check(one, own, path)
  })
  return [...missing, ...given]
}
