/**
 * Keyboard: `Ctrl/Cmd K`, `?`, `g` + letter, and what screens add. Single letters never fire in fields and can be
 * switched off; the sheet under `?` lists whatever is registered now.
 */
import { useEffect } from 'react'

export interface Shortcut {
  /** `n`, `/`, `g c`, `mod+k`, `Escape`, `mod+Enter`; letters as typed. */
  readonly keys: string
  readonly label: string
  readonly run: (event: KeyboardEvent) => void
  /** Also while typing in a field. */
  readonly inFields?: boolean
}

const shortcuts = new Set<Shortcut>()
const listeners = new Set<() => void>()
let snapshot: readonly Shortcut[] = []
let prefix = ''
let prefixAt = 0

export const PREFIX_MS = 1200

/** How an event is written in `Shortcut.keys`. */
export function chord(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  return (
    (event.ctrlKey || event.metaKey ? 'mod+' : '') +
    (event.altKey ? 'alt+' : '') +
    (event.ctrlKey || event.metaKey ? event.key.toLowerCase() : event.key)
  )
}

export function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Finds and runs. Returns whether something did. */
export function press(event: KeyboardEvent, letters: boolean, now: number = Date.now()): boolean {
  if (event.defaultPrevented || event.isComposing) return false
  const typed = chord(event).replace(/^mod\+enter$/, 'mod+Enter')
  const keys = prefix && now - prefixAt < PREFIX_MS ? `${prefix} ${typed}` : typed
  prefix = ''
  const typing = inField(event.target)
  const found = [...shortcuts].findLast(one => one.keys === keys && (!typing || one.inFields))
  const single = !/^(mod\+|Escape|alt\+)/.test(typed)
  if (single && !letters) return false
  if (found) {
    event.preventDefault()
    found.run(event)
    return true
  }
  if (typed === 'g' && !typing) [prefix, prefixAt] = ['g', now]
  return false
}

export function register(shortcut: Shortcut): () => void {
  shortcuts.add(shortcut)
  changed()
  return () => {
    shortcuts.delete(shortcut)
    changed()
  }
}

function changed(): void {
  snapshot = [...shortcuts]
  for (const listener of listeners) listener()
}

export const registered = (): readonly Shortcut[] => snapshot

export function onShortcuts(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Registers while the component is mounted. `run` may change without registering anew. */
export function useShortcut(keys: string, label: string, run: (event: KeyboardEvent) => void, inFields = false): void {
  useEffect(() => register({ keys, label, run, inFields }), [keys, label, run, inFields])
}
