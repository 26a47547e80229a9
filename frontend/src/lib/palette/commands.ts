/** What the command palette offers: screens add their own commands while they are shown. */
import { useEffect } from 'react'

export interface Command {
  readonly id: string
  readonly label: string
  /** The heading it stands under. */
  readonly group: string
  /** Further words by which it is found. */
  readonly keywords?: string
  readonly hint?: string
  readonly run: () => void
}

const commands = new Map<string, Command>()
const listeners = new Set<() => void>()
let snapshot: readonly Command[] = []

function changed(): void {
  snapshot = [...commands.values()]
  for (const listener of listeners) listener()
}

export function addCommands(more: readonly Command[]): () => void {
  for (const command of more) commands.set(command.id, command)
  changed()
  return () => {
    for (const { id } of more) commands.delete(id)
    changed()
  }
}

export const allCommands = (): readonly Command[] => snapshot

export function onCommands(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** While the component is mounted. Keep `more` stable (`useMemo`). */
export function useCommands(more: readonly Command[]): void {
  useEffect(() => addCommands(more), [more])
}

/** Those whose label, group or keywords hold every typed word; labels that begin with the text come first. */
export function findCommands(all: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const begins = (command: Command) => (command.label.toLowerCase().startsWith(typed.trim().toLowerCase()) ? 0 : 1)
  const fits = (command: Command) => {
    const text = `${command.label} ${command.group} ${command.keywords ?? ''}`.toLowerCase()
    return words.every(word => text.includes(word))
  }
  return all.filter(fits).sort((a, b) => begins(a) - begins(b))
}
