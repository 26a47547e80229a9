import { renderHook } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { chord, inField, onShortcuts, press, register, registered, useShortcut } from '@/lib/keyboard/keys'
import { addCommands, allCommands, findCommands, onCommands, useCommands } from '@/lib/palette/commands'

const off: (() => void)[] = []
afterEach(() => off.splice(0).forEach(end => end()))
const on = (keys: string, inFields = false) => {
  const run = vi.fn()
  off.push(register({ keys, label: keys, run, inFields }))
  return run
}

function key(name: string, more: KeyboardEventInit = {}, target?: Element): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more })
  ;(target ?? document.body).dispatchEvent(event)
  return event
}

const field = () => document.body.appendChild(document.createElement('input'))

describe('keys', () => {
  it('run what is registered, and nothing after that is taken away', () => {
    const run = on('n')
    const event = key('n')
    expect(press(event, true)).toBe(true)
    expect(event.defaultPrevented).toBe(true)
    off.pop()?.()
    expect(press(key('n'), true)).toBe(false)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('of one letter do nothing in a field, nor when switched off', () => {
    const run = on('n')
    press(key('n', {}, field()), true)
    press(key('n'), false)
    expect(run).not.toHaveBeenCalled()
  })

  it('with Ctrl or Cmd work in fields too, where meant to, and when letters are off', () => {
    const run = on('mod+k', true)
    press(key('k', { ctrlKey: true }, field()), false)
    press(key('K', { metaKey: true }), true)
    expect(run).toHaveBeenCalledTimes(2)
    const enter = on('mod+Enter', true)
    press(key('Enter', { ctrlKey: true }, field()), true)
    expect(enter).toHaveBeenCalled()
  })

  it('go by g and a letter, within 1.2 s', () => {
    const [go, letter] = [on('g m'), on('m')]
    press(key('g'), true, 0)
    press(key('m'), true, 1000)
    press(key('g'), true, 5000)
    press(key('m'), true, 6300)
    expect([go.mock.calls.length, letter.mock.calls.length]).toEqual([1, 1])
  })

  it('prefer what was registered last, and leave composing and handled keys alone', () => {
    const [below, above] = [on('Escape'), on('Escape')]
    press(key('Escape'), true)
    expect([below.mock.calls.length, above.mock.calls.length]).toEqual([0, 1])
    const handled = key('Escape')
    handled.preventDefault()
    expect(press(handled, true)).toBe(false)
    expect(press(Object.defineProperty(key('Escape'), 'isComposing', { value: true }), true)).toBe(false)
  })

  it('are written as they are typed', () => {
    expect(chord({ key: 'x', ctrlKey: false, metaKey: false, altKey: true })).toBe('alt+x')
    expect([inField(null), inField(field()), inField(document.body)]).toEqual([false, true, false])
  })

  it('of a screen last as long as the screen, and the sheet is told', () => {
    const told = vi.fn()
    const leave = onShortcuts(told)
    const run = vi.fn()
    const { unmount } = renderHook(() => useShortcut('x', 'Do x', run))
    expect(registered().map(one => one.label)).toContain('Do x')
    unmount()
    expect(registered().map(one => one.label)).not.toContain('Do x')
    leave()
    expect(told).toHaveBeenCalledTimes(2)
  })
})

describe('commands', () => {
  const command = (id: string, label: string, group = 'Go to', keywords?: string) => ({
    id,
    label,
    group,
    run: () => undefined,
    ...(keywords && { keywords }),
  })

  it('of a screen are offered while it is shown', () => {
    const told = vi.fn()
    const leave = onCommands(told)
    const more = [command('a', 'Deploy')]
    const { unmount } = renderHook(() => useCommands(more))
    expect(allCommands()).toEqual(more)
    unmount()
    leave()
    addCommands(more)()
    expect([allCommands(), told.mock.calls.length]).toEqual([[], 2])
  })

  it('are found by all typed words, those that begin so first', () => {
    const all = [
      command('1', 'Dark theme', 'Theme', 'night'),
      command('2', 'Usage'),
      command('3', 'Theme of the system', 'Theme'),
    ]
    expect(findCommands(all, 'the').map(one => one.id)).toEqual(['3', '1'])
    expect(findCommands(all, 'night dark').map(one => one.id)).toEqual(['1'])
    expect(findCommands(all, '')).toHaveLength(3)
    expect(findCommands(all, 'zzz')).toEqual([])
  })
})
