/** UUIDv7, made by the client: message, turn and operation ids, in the order of their making (also within 1 ms). */

let last = 0n

/** A new id; ids of one tab rise strictly. `now` in milliseconds. */
export function uuid7(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10))
  // 48 bits of time and 12 bits that count up: a burst may run ahead of the clock, never behind the id before it.
  const stamp = BigInt(Math.floor(now)) << 12n
  last = stamp > last ? stamp : last + 1n
  const head = last.toString(16).padStart(15, '0')
  const tail = [...random].map(byte => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((random[0] as number) & 0x3f) | 0x80
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${head.slice(12)}-${variant.toString(16)}${tail.slice(2, 4)}-${tail.slice(4, 16)}`
}

/**
 * The id that sorts right behind `id`, before all that was made later: for a second try that keeps its place. The same
 * for every tab that asks, so that two tabs make one try.
 */
export function idBehind(id: string): string {
  const digits = id.replaceAll('-', '')
  const stamp = BigInt(`0x${digits.slice(0, 12)}${digits.slice(13, 16)}`) + 1n
  const head = stamp.toString(16).padStart(15, '0')
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${head.slice(12)}-${id.slice(19)}`
}
