import { describe, expect, it } from 'vitest'
import { distance, FOLLOWING, freed, led, movesUp, scrolled } from '@/features/chat/store/follow'

const at = (top: number) => ({ top, height: 2000, view: 500 })

describe('following the answer', () => {
  it('goes on while the reader is within 48 px of the end', () => {
    expect(scrolled({ following: true, top: 1500 }, at(1460), true).following).toBe(true)
    expect(scrolled({ following: true, top: 1500 }, at(1440), true).following).toBe(false)
  })

  it('goes on while the page itself scrolls down behind a burst of text', () => {
    expect(scrolled({ following: true, top: 1000 }, at(1200)).following).toBe(true)
  })

  it('goes on through scroll events that move nothing while text comes', () => {
    expect(scrolled({ following: true, top: 1000 }, at(1000)).following).toBe(true)
    expect(scrolled({ following: true, top: 1100 }, at(1000)).following).toBe(true)
  })

  it('ends when the reader drags the bar up or jumps a screen', () => {
    expect(scrolled({ following: true, top: 1100 }, at(1000), true).following).toBe(false)
    expect(scrolled({ following: true, top: 1400 }, at(100)).following).toBe(false)
  })

  it('ends at once on an upward wheel, though the end is near', () => {
    const state = scrolled(freed({ following: true, top: 1500 }), at(1495))
    expect(state.following).toBe(false)
  })

  it('ends also where the page had just gone to the end by itself, before that was told', () => {
    expect(scrolled(freed(led(1500)), at(1480)).following).toBe(false)
  })

  it('begins again only by reaching the end downwards', () => {
    const away = { following: false, top: 900 }
    expect(scrolled(away, at(1000)).following).toBe(false)
    expect(scrolled({ following: false, top: 1490 }, at(1480)).following).toBe(false)
    expect(scrolled(away, at(1470)).following).toBe(true)
  })

  it('measures the way to the end, never below zero', () => {
    expect(distance(at(1400))).toBe(100)
    expect(distance({ top: 10, height: 100, view: 500 })).toBe(0)
    expect(FOLLOWING.following).toBe(true)
  })

  it('knows the keys that move up', () => {
    expect(['ArrowUp', 'PageUp', 'Home'].every(key => movesUp({ key, shiftKey: false }))).toBe(true)
    expect(movesUp({ key: ' ', shiftKey: true })).toBe(true)
    expect(movesUp({ key: ' ', shiftKey: false })).toBe(false)
    expect(movesUp({ key: 'ArrowDown', shiftKey: false })).toBe(false)
  })
})
