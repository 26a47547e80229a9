import { describe, expect, it, vi } from 'vitest'
import { browserTarget, exportCsv, type Target } from '@/features/usage/api/export'
import { answering, json } from '../../answers'

const RANGE = { from: '2026-11-01', to: '2026-11-23', scope: 'mine' } as const
const NAME = 'usage-2026-11-01-2026-11-23.csv'
const csv = (text = 'day,model\r\n') => new Response(text, { headers: { 'content-type': 'text/csv' } })

function picking(fail?: Error) {
  const written: string[] = []
  const handle = {
    remove: vi.fn(async () => undefined),
    createWritable: async () =>
      new WritableStream<Uint8Array>({ write: chunk => void written.push(new TextDecoder().decode(chunk)) }),
  }
  const target: Target = {
    pick: async () => {
      if (fail) throw fail
      return handle
    },
    download: () => expect.unreachable('the file was picked'),
  }
  return { target, handle, written }
}

describe('usage as CSV', () => {
  it('is streamed into the file that was picked', async () => {
    const asked = answering(csv())
    const { target, written } = picking()
    expect(await exportCsv(RANGE, target)).toBe('saved')
    expect(written.join('')).toBe('day,model\r\n')
    expect(String(asked[0]?.search)).toBe('from=2026-11-01&to=2026-11-23&scope=mine')
  })

  it('is not asked for when the reader changes their mind', async () => {
    const asked = answering()
    expect(await exportCsv(RANGE, picking(new DOMException('', 'AbortError')).target)).toBe('cancelled')
    expect(asked).toHaveLength(0)
  })

  it('tells of a picker that fails', async () => {
    answering()
    await expect(exportCsv(RANGE, picking(new Error('not allowed')).target)).rejects.toThrow('not allowed')
  })

  it('leaves no empty file behind when it is refused', async () => {
    answering(json({ title: 'Too many requests.', code: 'rate_limited', detail: 'four exports an hour' }, 429))
    const { target, handle } = picking()
    await expect(exportCsv(RANGE, target)).rejects.toThrow('four exports an hour')
    expect(handle.remove).toHaveBeenCalled()
  })

  it('can be refused where a file cannot be removed', async () => {
    answering(json({ title: 'No.' }, 403))
    const { target, handle } = picking()
    await expect(
      exportCsv(RANGE, { ...target, pick: async () => ({ createWritable: handle.createWritable }) }),
    ).rejects.toThrow()
  })

  it('is handed over whole where the browser cannot pick', async () => {
    answering(csv('a,b\r\n'))
    const download = vi.fn<Target['download']>()
    expect(await exportCsv(RANGE, { download })).toBe('saved')
    expect(download.mock.calls[0]?.[1]).toBe(NAME)
    expect(await download.mock.calls[0]?.[0].text()).toBe('a,b\r\n')
  })

  it('is refused beyond what memory shall hold', async () => {
    answering(csv('x'.repeat(40)))
    await expect(exportCsv(RANGE, { download: () => undefined }, 30)).rejects.toThrow('choose fewer days')
  })

  it('takes an answer without a body for an empty file', async () => {
    answering(new Response(null, { status: 200 }))
    const download = vi.fn<Target['download']>()
    await exportCsv(RANGE, { download })
    expect(download.mock.calls[0]?.[0].size).toBe(0)
  })

  it('uses the browser’s own ways to save', async () => {
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    browserTarget().download(new Blob(['a']), NAME)
    expect(click).toHaveBeenCalledOnce()
    expect(browserTarget().pick).toBeUndefined()
    const picker = vi.fn(async () => ({}))
    vi.stubGlobal('showSaveFilePicker', picker)
    await browserTarget().pick?.(NAME)
    expect(picker).toHaveBeenCalledWith(expect.objectContaining({ suggestedName: NAME }))
  })
})
