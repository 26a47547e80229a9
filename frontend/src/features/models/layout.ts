/**
 * The deploy form's order and its few basic fields; every other field of the schema appears under "All fields" by
 * itself. Presets are starting points, not kinds: everything in them can be changed.
 */
import { fieldsOf, leaves, nameOf, without, type FormField, type JsonSchema } from '@/lib/schema-form/schema'
import { t } from '@/lib/i18n/t'
import type { Spec } from './api/types'
import schema from './schema.json'

export const MODEL_SCHEMA = schema as unknown as JsonSchema

const FIELDS = fieldsOf(MODEL_SCHEMA)

/** By engine, in the order of the form. */
const BASIC: Readonly<Record<string, readonly string[]>> = {
  LlamaCpp: [
    'engine',
    'url',
    'features',
    'resourceProfile',
    'contextLength',
    'minReplicas',
    'maxReplicas',
    'displayName',
  ],
  Custom: [
    'engine',
    'image',
    'url',
    'features',
    'resourceProfile',
    'port',
    'minReplicas',
    'maxReplicas',
    'displayName',
  ],
  External: [
    'engine',
    'external.baseURL',
    'external.model',
    'external.secretRef.name',
    'features',
    'contextLength',
    'displayName',
  ],
  Echo: ['engine', 'resourceProfile', 'minReplicas', 'maxReplicas', 'displayName'],
}

/** Words that say more than the field's name. */
const LABELS: Readonly<Record<string, () => string>> = {
  engine: () => t('Engine'),
  url: () => t('Weights'),
  image: () => t('Image'),
  features: () => t('What it can be asked for'),
  resourceProfile: () => t('Size of a pod'),
  contextLength: () => t('Context, in tokens'),
  minReplicas: () => t('Fewest pods'),
  maxReplicas: () => t('Most pods'),
  displayName: () => t('Name for people'),
  'external.baseURL': () => t('Address of the provider'),
  'external.model': () => t('The provider’s name for the model'),
  'external.secretRef.name': () => t('Secret with the provider’s key'),
}

export const labelFor = (field: FormField): string => LABELS[nameOf(field.path)]?.() ?? field.label

export interface Form {
  readonly basic: readonly FormField[]
  /** Trees: everything that is not basic for this engine. */
  readonly rest: readonly FormField[]
}

export function formFor(engine: unknown): Form {
  const names = BASIC[String(engine)] ?? ['engine']
  const all = new Map(leaves(FIELDS).map(field => [nameOf(field.path), field]))
  return {
    basic: names.flatMap(name => all.get(name) ?? []),
    rest: without(FIELDS, new Set(names)),
  }
}

export interface Preset {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly spec: Spec
}

export const presets = (): readonly Preset[] => [
  {
    id: 'cpu',
    label: t('Small, on CPU'),
    hint: t('llama.cpp with weights that come with its image'),
    spec: {
      engine: 'LlamaCpp',
      url: 'file:///models/smollm2-135m-instruct.gguf',
      resourceProfile: 'cpu:1',
      minReplicas: 0,
      maxReplicas: 1,
    },
  },
  {
    id: 'gpu',
    label: t('One GPU'),
    hint: t('llama.cpp with weights fetched over https'),
    spec: { engine: 'LlamaCpp', url: 'https://', resourceProfile: 'nvidia-gpu:1', minReplicas: 0, maxReplicas: 1 },
  },
  {
    id: 'outside',
    label: t('Outside provider'),
    hint: t('An API that speaks OpenAI’s language'),
    spec: { engine: 'External', external: { baseURL: 'https://', model: '' } },
  },
]

/** The cluster's own rule for names. */
export function nameTrouble(name: string): string | undefined {
  if (name === '') return t('Give a name; callers send it as model.')
  if (name.length > 48) return t('Give at most {n} characters; these are {have}.', { n: 48, have: name.length })
  if (!/^[a-z]/.test(name)) return t('Begin with a small letter.')
  return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)
    ? undefined
    : t('Use small letters, digits and hyphens; end with a letter or digit.')
}
