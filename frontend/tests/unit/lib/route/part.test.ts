import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { check, resetConnectivity } from '@/lib/api/connectivity'
import { createPart } from '@/lib/route/part'

const answering = (ok: boolean) =>
  vi.stubGlobal('fetch', () => (ok ? Promise.resolve(new Response(null)) : Promise.reject(new TypeError('cut'))))

describe('a part of a screen', () => {
  beforeEach(resetConnectivity)
  afterEach(() => {
    resetConnectivity()
    vi.unstubAllGlobals()
  })

  it('is fetched once for all that use it, and is there at once afterwards', async () => {
    const load = vi.fn(() => Promise.resolve('part'))
    const usePart = createPart(load)
    const first = renderHook(() => usePart())
    const second = renderHook(() => usePart())
    expect(first.result.current).toBeUndefined()
    await act(async () => await Promise.resolve())
    expect([first.result.current, second.result.current]).toEqual(['part', 'part'])
    expect(renderHook(() => usePart()).result.current).toBe('part')
    expect(load).toHaveBeenCalledOnce()
  })

  it('that could not be fetched throws nothing, and is asked for again when the server can be reached', async () => {
    const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('ChunkLoadError'))
    load.mockResolvedValue('part')
    const usePart = createPart(load)
    answering(false)
    const { result } = renderHook(() => usePart())
    await act(async () => void (await check()))
    expect(result.current).toBeUndefined()
    answering(true)
    await act(async () => void (await check()))
    await vi.waitFor(() => expect(result.current).toBe('part'))
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('is not asked for by a screen that left', async () => {
    const load = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('ChunkLoadError'))
    const usePart = createPart(load)
    answering(false)
    const { unmount } = renderHook(() => usePart())
    await act(async () => void (await check()))
    unmount()
    answering(true)
    await check()
    expect(load).toHaveBeenCalledOnce()
  })
})
