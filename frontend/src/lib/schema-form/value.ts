/** Reading and changing one path of a plain object, without touching the object that was given. */
import type { Path } from './schema'

export type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

export function getAt(value: unknown, path: Path): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** A copy with the path set; `undefined` removes it, and objects that become empty on the way go with it. */
export function setAt<T>(value: T, path: Path, next: unknown): T {
  return (put(value, path, next) ?? {}) as T
}

function put(value: unknown, [key, ...rest]: Path, next: unknown): unknown {
  if (key === undefined) return next
  if (typeof key === 'number') {
    const list = Array.isArray(value) ? [...(value as unknown[])] : []
    list[key] = rest.length ? (put(list[key], rest, next) ?? {}) : next
    return list
  }
  const { [key]: before, ...others } = isTree(value) ? value : {}
  const made = put(before, rest, next)
  if (made === undefined) return Object.keys(others).length ? others : undefined
  return isTree(value) && key in value ? { ...value, [key]: made } : { ...others, [key]: made }
}

/** Whether two plain values say the same; the order of keys does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => same(one, b[at]))
  if (!isTree(a) || !isTree(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every(key => same(a[key], b[key]))
}

export interface Change {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
}

/** What differs, by path; a list counts as one value. */
export function changes(before: unknown, after: unknown, name = ''): Change[] {
  if (same(before, after)) return []
  if (!isTree(before ?? {}) || !isTree(after ?? {}) || (!isTree(before) && !isTree(after)))
    return [{ name, before, after }]
  const from = (before ?? {}) as Tree
  const to = (after ?? {}) as Tree
  const keys = new Set([...Object.keys(from), ...Object.keys(to)])
  return [...keys].flatMap(key => changes(from[key], to[key], name ? `${name}.${key}` : key))
}
