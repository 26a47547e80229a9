import { describe, expect, it } from 'vitest'
import {
  EMPTY_LOG,
  FLUSH_LINES,
  KEPT_LINES,
  matching,
  readable,
  readBatch,
  withLines,
} from '@/features/models/store/log-buffer'

const lines = (n: number) => Array.from({ length: n }, (_, at) => ({ pod: 'p', time: '', text: `line ${at}` }))

describe('the log buffer', () => {
  it('keeps the newest 10,000 lines', () => {
    let buffer = EMPTY_LOG
    for (let at = 0; at < 6; at += 1) buffer = withLines(buffer, lines(2000))
    expect(buffer.lines).toHaveLength(KEPT_LINES)
    expect(buffer.lines.at(-1)?.at).toBe(11_999)
    expect(buffer.skipped).toBe(0)
  })

  it('thins a flood and counts what it left out', () => {
    const buffer = withLines(EMPTY_LOG, lines(5000))
    expect(buffer.lines).toHaveLength(FLUSH_LINES)
    expect(buffer.skipped).toBe(3000)
    expect(buffer.lines[0]).toMatchObject({ at: 3000, text: 'line 3000' })
  })

  it('filters without regard to capitals', () => {
    const { lines: all } = withLines(EMPTY_LOG, lines(20))
    expect(matching(all, ' LINE 19 ')).toHaveLength(1)
    expect(matching(all, '')).toBe(all)
  })

  it('filters 10,000 lines within 100 ms', () => {
    let buffer = EMPTY_LOG
    for (let at = 0; at < 5; at += 1) buffer = withLines(buffer, lines(2000))
    const begin = performance.now()
    matching(buffer.lines, 'line 1999')
    expect(performance.now() - begin).toBeLessThan(100)
  })
})

describe('a line of a log', () => {
  it('loses its terminal sequences', () => {
    expect(readable('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007plain')).toBe('red plain')
  })

  it('shows what would be invisible or turn the text around', () => {
    expect(readable('a\u0007b\u007f')).toBe('a\u2407b\u2421')
    expect(readable('abc\u202edef')).toBe('abc<U+202E>def')
    expect(readable('tab\tstays')).toBe('tab\tstays')
  })

  it('is read from batches, and whatever else comes holds none', () => {
    const data = JSON.stringify({ pod: 'p', lines: [{ at: '2026-11-28T10:00:00Z', text: 'x' }, {}] })
    expect(readBatch(data)).toEqual([
      { pod: 'p', time: '2026-11-28T10:00:00Z', text: 'x' },
      { pod: 'p', time: '', text: '' },
    ])
    expect(readBatch('not json')).toEqual([])
    expect(readBatch('{}')).toEqual([])
    expect(readBatch('{"lines": [{"text": "y"}]}')).toEqual([{ pod: '', time: '', text: 'y' }])
  })
})
