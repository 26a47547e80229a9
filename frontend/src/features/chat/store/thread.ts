/**
 * A conversation is a tree: an edit and a regenerated answer are siblings of what they replace. What is shown is one
 * path from the top: the way to the newest message, unless the reader chose another branch somewhere.
 */
import type { Message } from '@/lib/offline/store'
import { isEmptyFailure } from '../api/read'

/** Parent's id (`TOP` for the first message) -> the child that the reader chose. */
export type Choices = Readonly<Record<string, string>>

export const TOP = ''

export interface Step {
  readonly message: Message
  /** Ids of all messages at this fork, oldest first, this one included. */
  readonly siblings: readonly string[]
}

interface Tree {
  readonly byId: ReadonlyMap<string, Message>
  readonly children: ReadonlyMap<string, readonly Message[]>
}

const older = (a: Message, b: Message) => (a.id < b.id ? -1 : 1)

function parentOf(message: Message, byId: ReadonlyMap<string, Message>): string {
  return message.parent_id !== null && byId.has(message.parent_id) ? message.parent_id : TOP
}

/** Without answers that failed before their first word and were asked for again. */
function shownChildren(children: readonly Message[]): readonly Message[] {
  return children.filter((child, at) => !(isEmptyFailure(child) && children.slice(at + 1).some(isAnswer)))
}

const isAnswer = (message: Message) => message.role === 'assistant'

function treeOf(messages: readonly Message[]): Tree {
  const byId = new Map(messages.map(message => [message.id, message]))
  const children = new Map<string, Message[]>()
  for (const message of byId.values()) {
    const parent = parentOf(message, byId)
    const list = children.get(parent)
    if (list) list.push(message)
    else children.set(parent, [message])
  }
  const shown = new Map<string, readonly Message[]>()
  for (const [parent, list] of children) {
    shown.set(parent, list.length > 1 ? shownChildren(list.sort(older)) : list)
  }
  return { byId, children: shown }
}

/** For each fork the child that leads to the newest message below it. */
function newestWays({ byId }: Tree): Map<string, string> {
  const ways = new Map<string, string>()
  for (const start of [...byId.values()].sort(older).reverse()) {
    let at: Message | undefined = start
    while (at) {
      const parent = parentOf(at, byId)
      if (ways.has(parent)) break
      ways.set(parent, at.id)
      at = parent === TOP ? undefined : byId.get(parent)
    }
  }
  return ways
}

/** The messages on screen, first to last. */
export function pathOf(messages: readonly Message[], choices: Choices): Step[] {
  const tree = treeOf(messages)
  const ways = newestWays(tree)
  const path: Step[] = []
  let parent = TOP
  for (;;) {
    const children = tree.children.get(parent)
    if (!children?.length || path.length > messages.length) return path
    const named = (id: string | undefined) => children.find(child => child.id === id)
    const message = named(choices[parent]) ?? named(ways.get(parent)) ?? (children.at(-1) as Message)
    path.push({ message, siblings: children.map(child => child.id) })
    parent = message.id
  }
}

/** How many ways through the conversation there are. */
export function branchCount(messages: readonly Message[]): number {
  const { children } = treeOf(messages)
  let leaves = messages.length === 0 ? 0 : 1
  for (const list of children.values()) leaves += Math.max(0, list.length - 1)
  return leaves
}

/** The sibling before or after, if there is one. */
export function neighbour(step: Step, by: -1 | 1): string | undefined {
  return step.siblings[step.siblings.indexOf(step.message.id) + by]
}

/** The key of `Choices` under which a message was chosen. */
export function forkOf(path: readonly Step[], at: number): string {
  return path[at - 1]?.message.id ?? TOP
}
