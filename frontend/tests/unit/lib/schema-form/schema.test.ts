import { describe, expect, it } from 'vitest'
import {
  fieldsOf,
  itemFields,
  kindOf,
  labelOf,
  leaves,
  nameOf,
  without,
  type JsonSchema,
} from '@/lib/schema-form/schema'

const schema: JsonSchema = {
  type: 'object',
  required: ['engine'],
  properties: {
    engine: { type: 'string', enum: ['A', 'B'], description: 'Which.' },
    suspend: { type: 'boolean', default: false },
    scaling: {
      type: 'object',
      properties: { max: { type: 'integer' }, share: { 'x-kubernetes-int-or-string': true } },
    },
    args: { type: 'array', items: { type: 'string' } },
    features: { type: 'array', items: { type: 'string', enum: ['X'] } },
    env: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
  },
}

describe('fields from a schema', () => {
  it('keep its order and say what is needed', () => {
    const fields = fieldsOf(schema)
    expect(fields.map(field => field.label)).toEqual(['Engine', 'Suspend', 'Scaling', 'Args', 'Features', 'Env'])
    expect(fields.map(field => field.required)).toEqual([true, false, false, false, false, false])
    expect(fields[0]?.hint).toBe('Which.')
    expect(fields[1]?.hint).toBe('')
  })

  it('have a kind for every shape that the API server knows', () => {
    const kinds = leaves(fieldsOf(schema)).map(field => field.kind)
    expect(kinds).toEqual(['choice', 'switch', 'number', 'amount', 'lines', 'choices', 'list'])
    expect(kindOf({})).toBe('text')
    expect(kindOf({ type: 'number' })).toBe('number')
  })

  it('open groups into leaves with their whole path', () => {
    expect(leaves(fieldsOf(schema)).map(field => nameOf(field.path))).toContain('scaling.max')
  })

  it('of an item of a list carry its number', () => {
    const env = fieldsOf(schema).at(-1)
    expect(env && itemFields(env, 2).map(field => nameOf(field.path))).toEqual(['env.2.name'])
    expect(itemFields({ ...(env as NonNullable<typeof env>), schema: {} }, 0)).toEqual([])
  })

  it('lose what is named, and groups that become empty with it', () => {
    const rest = without(fieldsOf(schema), new Set(['engine', 'scaling.max', 'scaling.share']))
    expect(rest.map(field => nameOf(field.path))).toEqual(['suspend', 'args', 'features', 'env'])
    const some = without(fieldsOf(schema), new Set(['scaling.max']))
    expect(leaves(some).map(field => nameOf(field.path))).toContain('scaling.share')
  })
})

describe('a label from a name', () => {
  it.each([
    ['scaleDownDelaySeconds', 'Scale down delay seconds'],
    ['baseURL', 'Base URL'],
    ['targetCPUPercent', 'Target CPU percent'],
    ['ephemeral-storage', 'Ephemeral storage'],
    ['url', 'Url'],
  ])('%s is %s', (name, label) => expect(labelOf(name)).toBe(label))
})
