/**
 * Field descriptors from a structural JSON schema (Kubernetes' dialect: no references, no unions but int-or-string), so
 * that a form follows the API: a field added there appears here by itself.
 */

export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly required?: readonly string[]
  readonly enum?: readonly (string | number)[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly 'x-kubernetes-int-or-string'?: boolean
}

export type Path = readonly (string | number)[]

/** `choices` and `lines` are lists of words, `list` one of objects, `amount` a number or a text such as `50%`. */
export type FieldKind = 'text' | 'number' | 'switch' | 'choice' | 'choices' | 'lines' | 'amount' | 'group' | 'list'

export interface FormField {
  readonly path: Path
  readonly kind: FieldKind
  readonly label: string
  /** The schema's own words: meaning, unit, default. */
  readonly hint: string
  readonly required: boolean
  readonly schema: JsonSchema
  /** Of a group, in the schema's order. */
  readonly fields: readonly FormField[]
}

/** How a path is named in errors: `external.baseURL`, `env.0.name`. */
export const nameOf = (path: Path): string => path.join('.')

/** `scaleDownDelaySeconds` -> "Scale down delay seconds"; abbreviations stay: `baseURL` -> "Base URL". */
export function labelOf(name: string): string {
  const spaced = name
    .replaceAll('-', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
  const words = spaced.split(' ').map(word => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function kindOf(schema: JsonSchema): FieldKind {
  if (schema['x-kubernetes-int-or-string']) return 'amount'
  if (schema.enum) return 'choice'
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  if (schema.type === 'object') return 'group'
  if (schema.type !== 'array') return 'text'
  if (schema.items?.enum) return 'choices'
  return schema.items?.type === 'object' ? 'list' : 'lines'
}

/** The fields of an object's schema, in its order; groups hold theirs. */
export function fieldsOf(schema: JsonSchema, at: Path = []): FormField[] {
  return Object.entries(schema.properties ?? {}).map(([name, one]) => {
    const path = [...at, name]
    const kind = kindOf(one)
    return {
      path,
      kind,
      label: labelOf(name),
      hint: one.description ?? '',
      required: schema.required?.includes(name) ?? false,
      schema: one,
      fields: kind === 'group' ? fieldsOf(one, path) : [],
    }
  })
}

/** The fields of one item of a list of objects. */
export const itemFields = (field: FormField, at: number): FormField[] =>
  fieldsOf(field.schema.items ?? {}, [...field.path, at])

/** Every field that holds a value: groups are opened, lists are one field. */
export const leaves = (fields: readonly FormField[]): FormField[] =>
  fields.flatMap(field => (field.kind === 'group' ? leaves(field.fields) : [field]))

/** The tree without the named leaves; groups that become empty go. */
export function without(fields: readonly FormField[], names: ReadonlySet<string>): FormField[] {
  return fields.flatMap(field => {
    if (names.has(nameOf(field.path))) return []
    if (field.kind !== 'group') return [field]
    const rest = without(field.fields, names)
    return rest.length ? [{ ...field, fields: rest }] : []
  })
}
