import { describe, expect, it } from 'vitest'
import { check } from '@/lib/schema-form/check'
import type { JsonSchema } from '@/lib/schema-form/schema'

const schema: JsonSchema = {
  type: 'object',
  required: ['engine', 'port'],
  properties: {
    engine: { type: 'string', enum: ['A', 'B'] },
    port: { type: 'integer', minimum: 1024, maximum: 65535 },
    url: { type: 'string', pattern: '^https://\\S+$', minLength: 1, maxLength: 20 },
    short: { type: 'string', minLength: 3 },
    on: { type: 'boolean' },
    share: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+%$', minimum: 0 },
    args: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 1, maxItems: 2 },
    group: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
    env: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
  },
}
const good = { engine: 'A', port: 8080 }
const wrong = (more: object) => check({ ...good, ...more }, schema)

describe('the browser’s own check', () => {
  it('has nothing to say to what fits', () => {
    expect(
      wrong({ url: 'https://a', on: true, share: '50%', args: ['x'], group: { a: 1 }, env: [{ name: 'X' }] }),
    ).toEqual([])
    expect(wrong({ share: 1, url: undefined })).toEqual([])
  })

  it('names what is missing, deep down too', () => {
    expect(check({}, schema).map(error => error.field)).toEqual(['engine', 'port'])
    expect(wrong({ group: {} })).toEqual([{ field: 'group.a', message: 'A is needed.' }])
    expect(wrong({ env: [{}] })).toEqual([{ field: 'env.0.name', message: 'Name is needed.' }])
  })

  it.each([
    [{ engine: 'C' }, 'engine', 'Choose one of A, B.'],
    [{ port: 'abc' }, 'port', 'Give a whole number.'],
    [{ port: 80.5 }, 'port', 'Give a whole number.'],
    [{ port: 80 }, 'port', 'Give at least 1,024.'],
    [{ port: 70000 }, 'port', 'Give at most 65,535.'],
    [{ url: 'http://a' }, 'url', 'It must look like ^https://\\S+$'],
    [{ url: '' }, 'url', 'Give a value, or leave it out.'],
    [{ url: 'https://aaaaaaaaaaaaaaaaaaaaa' }, 'url', 'Give at most 20 characters; these are 29.'],
    [{ short: 'ab' }, 'short', 'Give at least 3 characters.'],
    [{ url: 3 }, 'url', 'Give a text; in YAML, put it between quotes.'],
    [{ on: 'yes' }, 'on', 'Give true or false.'],
    [{ share: '50' }, 'share', 'It must look like ^[0-9]+%$'],
    [{ share: -1 }, 'share', 'Give at least 0.'],
    [{ args: 'x' }, 'args', 'Give a list.'],
    [{ args: [] }, 'args', 'Give at least 1.'],
    [{ args: ['a', 'b', 'c'] }, 'args', 'Give at most 2.'],
    [{ args: ['long'] }, 'args.0', 'Give at most 3 characters; these are 4.'],
    [{ group: [] }, 'group', 'Give fields and values.'],
    [{ typo: 1 }, 'typo', 'There is no field typo here; check its spelling.'],
  ])('%j is refused at its field, with the remedy', (more, field, message) => {
    expect(wrong(more)).toEqual([{ field, message }])
  })
})
