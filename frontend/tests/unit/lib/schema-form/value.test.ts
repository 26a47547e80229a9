import { describe, expect, it } from 'vitest'
import { changes, getAt, same, setAt } from '@/lib/schema-form/value'

describe('one path of an object', () => {
  it('is read through objects and lists, and undefined where there is nothing', () => {
    const value = { a: { b: [{ c: 1 }] } }
    expect(getAt(value, ['a', 'b', 0, 'c'])).toBe(1)
    expect(getAt(value, ['a', 'x', 'y'])).toBeUndefined()
    expect(getAt({ a: null }, ['a', 'b'])).toBeUndefined()
  })

  it('is set in a copy; the rest keeps its place and identity', () => {
    const before = { first: 1, group: { a: 1 }, other: { x: 1 } }
    const after = setAt(before, ['group', 'a'], 2)
    expect(after).toEqual({ first: 1, group: { a: 2 }, other: { x: 1 } })
    expect(Object.keys(after)).toEqual(['first', 'group', 'other'])
    expect(after.other).toBe(before.other)
    expect(before.group.a).toBe(1)
  })

  it('makes the objects and lists on its way', () => {
    expect(setAt({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
    expect(setAt({}, ['env', 0, 'name'], 'X')).toEqual({ env: [{ name: 'X' }] })
    expect(setAt({ env: [{ name: 'X' }] }, ['env', 0, 'name'], undefined)).toEqual({ env: [{}] })
    expect(setAt({ list: ['a', 'b'] }, ['list', 1], 'c')).toEqual({ list: ['a', 'c'] })
  })

  it('goes with the objects that became empty', () => {
    expect(setAt({ a: { b: { c: 1 } }, d: 1 }, ['a', 'b', 'c'], undefined)).toEqual({ d: 1 })
    expect(setAt({ a: 1 }, ['a'], undefined)).toEqual({})
    expect(setAt({ a: { b: 1, c: 2 } }, ['a', 'b'], undefined)).toEqual({ a: { c: 2 } })
  })
})

describe('two values', () => {
  it('are the same whatever the order of their keys', () => {
    expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true)
    expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true)
  })

  it.each([
    [[1], [1, 2]],
    [{ a: 1 }, { a: '1' }],
    [[1], { 0: 1 }],
    [null, {}],
  ])('%j and %j differ', (a, b) => expect(same(a, b)).toBe(false))

  it('differ field by field, lists as one', () => {
    expect(changes({ a: 1, g: { x: 1, y: 2 }, l: [1] }, { a: 1, g: { x: 3 }, l: [1, 2], n: 'new' })).toEqual([
      { name: 'g.x', before: 1, after: 3 },
      { name: 'g.y', before: 2, after: undefined },
      { name: 'l', before: [1], after: [1, 2] },
      { name: 'n', before: undefined, after: 'new' },
    ])
    expect(changes({ g: { x: 1 } }, {})).toEqual([{ name: 'g.x', before: 1, after: undefined }])
    expect(changes({ g: { x: 1 } }, { g: 'text' })).toEqual([{ name: 'g', before: { x: 1 }, after: 'text' }])
  })
})
