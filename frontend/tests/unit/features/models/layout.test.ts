import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelSchema } from '../../../../build/gen-model-schema'
import { check } from '@/lib/schema-form/check'
import { fieldsOf, leaves, nameOf } from '@/lib/schema-form/schema'
import { formFor, labelFor, MODEL_SCHEMA, nameTrouble, presets } from '@/features/models/layout'

const every = leaves(fieldsOf(MODEL_SCHEMA)).map(field => nameOf(field.path))

describe('the deploy form', () => {
  it('follows the CustomResourceDefinition of this tree', () => {
    const yaml = readFileSync(join(import.meta.dirname, '../../../../../k8s/crds/models.freehold.dev.yaml'), 'utf8')
    expect(MODEL_SCHEMA).toEqual(modelSchema(yaml))
  })

  it.each(['LlamaCpp', 'Custom', 'External', 'Echo', undefined])(
    'reaches every field of the schema exactly once for %s',
    engine => {
      const { basic, rest } = formFor(engine)
      const shown = [...basic, ...leaves(rest)].map(field => nameOf(field.path))
      expect([...shown].sort()).toEqual([...every].sort())
      expect(basic.length).toBeLessThanOrEqual(9)
    },
  )

  it('has a name for each field', () => {
    const { basic, rest } = formFor('External')
    for (const field of [...basic, ...leaves(rest)]) expect(labelFor(field)).not.toBe('')
  })

  it('begins with presets of which the first can be deployed as it is', () => {
    expect(check(presets()[0]?.spec, MODEL_SCHEMA)).toEqual([])
    expect(presets().map(preset => check(preset.spec, MODEL_SCHEMA).map(error => error.field))).toEqual([
      [],
      ['url'],
      ['external.baseURL', 'external.model'],
    ])
  })
})

describe('a Model’s name', () => {
  it.each(['a', 'qwen3-8b', 'a'.repeat(48)])('may be %s', name => expect(nameTrouble(name)).toBeUndefined())
  it.each([
    ['', 'Give a name; callers send it as model.'],
    ['3x', 'Begin with a small letter.'],
    ['Qwen', 'Begin with a small letter.'],
    ['qwen.3', 'Use small letters, digits and hyphens; end with a letter or digit.'],
    ['qwen-', 'Use small letters, digits and hyphens; end with a letter or digit.'],
    ['a'.repeat(49), 'Give at most 48 characters; these are 49.'],
  ])('%s is refused with the remedy', (name, message) => expect(nameTrouble(name)).toBe(message))
})
