import { act, renderHook } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { moveTo, segmentOf, useSearch, useSegment } from '@/lib/route/segment'
import { matchRoute, routes, shellPath } from '@/routes'

vi.mock('next/navigation', () => ({ usePathname: () => location.pathname }))

describe('the segment', () => {
  it.each([
    ['/models/qwen3-8b', 'qwen3-8b'],
    ['/models/a%20b', 'a b'],
    ['/models/a/', 'a'],
    ['/models/%E0%A4%A', '%E0%A4%A'],
    ['/models', undefined],
    ['/models/', undefined],
    ['/models/_', undefined],
    ['/models/a/b', undefined],
    ['/chat/x', undefined],
    ['/modelsx/a', undefined],
  ])('of %s is %s', (path, segment) => expect(segmentOf(path, '/models')).toBe(segment))

  it('is read from the location, and moving needs no server', () => {
    history.replaceState(null, '', '/models/one?state=failed')
    const segment = renderHook(() => useSegment('/models'))
    const search = renderHook(() => useSearch().get('state'))
    expect([segment.result.current, search.result.current]).toEqual(['one', 'failed'])
    act(() => moveTo('/models/two?state=ready'))
    segment.rerender()
    expect([segment.result.current, search.result.current]).toEqual(['two', 'ready'])
    act(() => moveTo('/models/two', 'replace'))
    expect(search.result.current).toBeNull()
    search.unmount()
  })
})

describe('the table of routes', () => {
  it.each([
    ['/', '/index'],
    ['/chat', '/chat'],
    ['/chat/', '/chat'],
    ['/chat/0193', '/chat/_'],
    ['/models/qwen3-8b', '/models/_'],
    ['/sign-in', '/sign-in'],
  ])('answers %s by %s', (path, shell) => {
    const route = matchRoute(path)
    expect(route && shellPath(route)).toBe(shell)
  })

  it.each(['/nothing', '/chat/a/b', '/modelsx', '/sign-in/x', '/_next/x'])('knows no %s', path =>
    expect(matchRoute(path)).toBeUndefined(),
  )

  it('has no path twice, and a key and an icon once each', () => {
    const once = (values: (string | undefined)[]) => {
      const all = values.filter(value => value !== undefined)
      expect(new Set(all).size).toBe(all.length)
    }
    once(routes.map(route => shellPath(route)))
    once(routes.map(route => route.key))
    once(routes.map(route => route.icon))
  })
})
