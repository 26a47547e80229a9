/** What stands in the deploy form: one object that form and YAML both edit. Pure, so that every step can be tested. */
import type { Trouble } from '@/lib/api/problem'
import { check, type FieldError } from '@/lib/schema-form/check'
import type { Path } from '@/lib/schema-form/schema'
import { setAt } from '@/lib/schema-form/value'
import type { Spec } from '../api/types'
import { MODEL_SCHEMA, nameTrouble } from '../layout'

export interface Draft {
  readonly name: string
  readonly spec: Spec
}

export const setField = (draft: Draft, path: Path, value: unknown): Draft => ({
  ...draft,
  spec: setAt(draft.spec, path, value),
})

const ENGINE_OWNS: Readonly<Record<string, readonly string[]>> = {
  LlamaCpp: ['external', 'port'],
  Custom: ['external'],
  External: ['url', 'image', 'args', 'env', 'port', 'probes', 'replicas', 'resources', 'resourceProfile', 'disruption'],
  Echo: ['external', 'url', 'port'],
}

/** Another engine: what that engine cannot have goes. */
export function setEngine(draft: Draft, engine: string): Draft {
  const drop = new Set(ENGINE_OWNS[engine] ?? [])
  const kept = Object.fromEntries(Object.entries(draft.spec).filter(([key]) => !drop.has(key)))
  const external = engine === 'External' ? { external: kept.external ?? { baseURL: 'https://', model: '' } } : {}
  return { ...draft, spec: { ...kept, engine, ...external } }
}

/** By field; `name` is the Model's own. A Model that exists keeps its name. */
export type FieldTroubles = Readonly<Record<string, string>>

export function localTroubles({ name, spec }: Draft, isNew: boolean): FieldTroubles {
  const wrongName = isNew ? nameTrouble(name) : undefined
  return byField([...check(spec, MODEL_SCHEMA), ...(wrongName ? [{ field: NAME, message: wrongName }] : [])])
}

export const NAME = 'metadata.name'

export function byField(errors: readonly FieldError[]): FieldTroubles {
  const found: Record<string, string> = {}
  for (const { field, message } of errors) found[field] = found[field] ? `${found[field]} ${message}` : message
  return found
}

/** The server's words at the form's fields: `spec.url` -> `url`, `name` -> the name. */
export function serverTroubles({ fields }: Pick<Trouble, 'fields'>): FieldTroubles {
  return byField(
    fields.map(({ field, message }) => ({
      field: /^(name|metadata\.name)$/.test(field) ? NAME : field.replace(/^spec\.?/, ''),
      message,
    })),
  )
}

/** The error of a field, or of something inside it that has no control of its own. */
export function troubleAt(troubles: FieldTroubles, name: string, deep = false): string | undefined {
  if (troubles[name] !== undefined || !deep) return troubles[name]
  const inside = Object.keys(troubles).find(key => key.startsWith(`${name}.`))
  return inside && `${inside.slice(name.length + 1)}: ${troubles[inside]}`
}

/** The manifest that the YAML view shows and reads. */
export const manifestOf = ({ name, spec }: Draft): object => ({
  apiVersion: 'freehold.dev/v1alpha1',
  kind: 'Model',
  metadata: { name },
  spec,
})

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A parsed document back to name and spec; a bare spec is taken too. Undefined: it is neither. */
export function draftOf(document: unknown, before: Draft): Draft | undefined {
  if (!isTree(document)) return undefined
  if (!('spec' in document) && !('kind' in document)) return { ...before, spec: document }
  if (!isTree(document.spec ?? {})) return undefined
  const name = isTree(document.metadata) ? document.metadata.name : undefined
  return { name: typeof name === 'string' ? name : before.name, spec: (document.spec ?? {}) as Spec }
}

/** A draft as stored on the device, or undefined where it cannot be read any more. */
export function readStored(text: string): Draft | undefined {
  try {
    const { name, spec } = JSON.parse(text) as Draft
    return typeof name === 'string' && isTree(spec) ? { name, spec } : undefined
  } catch {
    return undefined
  }
}
