import { describe, expect, it } from 'vitest'
import {
  byField,
  draftOf,
  localTroubles,
  manifestOf,
  NAME,
  readStored,
  serverTroubles,
  setEngine,
  setField,
  troubleAt,
} from '@/features/models/store/deploy'
import { parse } from '@/features/models/components/yaml-view'

const draft = { name: 'chat', spec: { engine: 'LlamaCpp', url: 'file:///models/a.gguf', maxReplicas: 2 } }

describe('a draft', () => {
  it('changes one field and leaves the others', () => {
    expect(setField(draft, ['maxReplicas'], 3).spec).toEqual({ ...draft.spec, maxReplicas: 3 })
    expect(setField(draft, ['maxReplicas'], undefined).spec).toEqual({ engine: 'LlamaCpp', url: draft.spec.url })
  })

  it('drops what another engine cannot have, and begins what it needs', () => {
    const external = setEngine(draft, 'External')
    expect(external.spec).toEqual({ engine: 'External', maxReplicas: 2, external: { baseURL: 'https://', model: '' } })
    expect(setEngine(external, 'Echo').spec).toEqual({ engine: 'Echo', maxReplicas: 2 })
    expect(setEngine(external, 'External').spec).toEqual(external.spec)
    expect(setEngine(draft, 'Unheard').spec).toEqual({ ...draft.spec, engine: 'Unheard' })
  })

  it('is objected to at its fields; an existing Model’s name is not looked at', () => {
    expect(localTroubles({ name: 'Chat', spec: { engine: 'X' } }, true)).toEqual({
      engine: 'Choose one of LlamaCpp, Custom, External, Echo.',
      [NAME]: 'Begin with a small letter.',
    })
    expect(localTroubles({ ...draft, name: 'Chat' }, false)).toEqual({})
  })

  it('comes back from the device, unless it cannot be read', () => {
    expect(readStored(JSON.stringify(draft))).toEqual(draft)
    expect(readStored('')).toBeUndefined()
    expect(readStored('{"name": 1, "spec": {}}')).toBeUndefined()
    expect(readStored('{"name": "x", "spec": []}')).toBeUndefined()
  })
})

describe('the server’s objections', () => {
  it('land on the form’s fields', () => {
    const fields = [
      { field: 'spec.external.baseURL', message: 'one.' },
      { field: 'spec.external.baseURL', message: 'two.' },
      { field: 'name', message: 'taken' },
      { field: 'spec', message: 'whole' },
    ]
    expect(serverTroubles({ fields })).toEqual({ 'external.baseURL': 'one. two.', [NAME]: 'taken', '': 'whole' })
  })

  it('of something inside a field that has no control show at the field', () => {
    const troubles = byField([{ field: 'args.3', message: 'Give a text.' }])
    expect(troubleAt(troubles, 'args')).toBeUndefined()
    expect(troubleAt(troubles, 'args', true)).toBe('3: Give a text.')
    expect(troubleAt(troubles, 'arg', true)).toBeUndefined()
    expect(troubleAt({ args: 'own' }, 'args', true)).toBe('own')
  })
})

describe('the YAML view', () => {
  it('reads what it writes', () => {
    expect(draftOf(manifestOf(draft), draft)).toEqual(draft)
  })

  it('takes a bare spec, and a manifest without a name', () => {
    expect(draftOf({ engine: 'Echo' }, draft)).toEqual({ name: 'chat', spec: { engine: 'Echo' } })
    expect(draftOf({ kind: 'Model', metadata: {} }, draft)).toEqual({ name: 'chat', spec: {} })
  })

  it.each([[null], ['text'], [[1]], [{ spec: 'text' }]])('takes %j for no Model', document => {
    expect(draftOf(document, draft)).toBeUndefined()
  })

  it('keeps text that cannot be read and names the line', () => {
    const { next, wrong } = parse('kind: Model\nspec:\n  a: [1,\n', draft)
    expect(next).toBeUndefined()
    expect(wrong).toMatch(/^Line \d+: /)
    expect(parse('text', draft).wrong).toBe('This is not a Model: it needs metadata.name and spec.')
  })

  it('reads no dates: a value that looks like one stays text', () => {
    expect(parse('spec:\n  displayName: 2026-11-28\n', draft).next?.spec).toEqual({ displayName: '2026-11-28' })
  })
})
