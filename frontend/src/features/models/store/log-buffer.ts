/**
 * The lines of a log tail: at most 10,000, and a flood is thinned rather than allowed to stall the page; how many lines
 * were left out is counted and said.
 */

export const KEPT_LINES = 10_000
/** Lines taken per flush (four a second): 8,000 lines a second can still be read by nobody. */
export const FLUSH_LINES = 2000

export interface ReadLine {
  readonly pod: string
  /** The kubelet's time; empty where it gave none. */
  readonly time: string
  readonly text: string
}

export interface LogLine extends ReadLine {
  /** Counts up; the key of the row. */
  readonly at: number
}

export interface LogBuffer {
  readonly lines: readonly LogLine[]
  /** Lines left out of floods. */
  readonly skipped: number
  readonly next: number
}

export const EMPTY_LOG: LogBuffer = { lines: [], skipped: 0, next: 0 }

/** The buffer with what arrived since the last flush. */
export function withLines(buffer: LogBuffer, arrived: readonly ReadLine[]): LogBuffer {
  const taken = arrived.slice(-FLUSH_LINES)
  const first = buffer.next + arrived.length - taken.length
  const lines = [...buffer.lines, ...taken.map((line, index) => ({ ...line, at: first + index }))]
  return {
    lines: lines.slice(-KEPT_LINES),
    skipped: buffer.skipped + arrived.length - taken.length,
    next: buffer.next + arrived.length,
  }
}

const ANSI = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text without terminal sequences; hidden and direction-changing characters become visible. */
export function readable(text: string): string {
  return text
    .replace(ANSI, '')
    .replace(CONTROLS, one => String.fromCharCode(one === '\u007f' ? 0x2421 : 0x2400 + one.charCodeAt(0)))
    .replace(BIDI, one => `<U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`)
}

/** One event of the stream: `{"pod", "lines": [{"at", "text"}]}`; anything else holds no line. */
export function readBatch(data: string): ReadLine[] {
  try {
    const { pod, lines } = JSON.parse(data) as { pod?: string; lines?: { at?: string; text?: string }[] }
    return (lines ?? []).map(({ at, text }) => ({ pod: pod ?? '', time: at ?? '', text: readable(text ?? '') }))
  } catch {
    return []
  }
}

export function matching(lines: readonly LogLine[], typed: string): readonly LogLine[] {
  const wanted = typed.trim().toLowerCase()
  return wanted === '' ? lines : lines.filter(line => line.text.toLowerCase().includes(wanted))
}
