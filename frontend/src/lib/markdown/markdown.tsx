'use client'
import { memo, useRef, type ReactNode } from 'react'
import { append, blocks, EMPTY, finish, type Block, type MarkdownState } from './incremental'
import { block } from './render'

const GROUP = 50

const One = memo(function One({ token, settled }: { token: Block['token']; settled: boolean }): ReactNode {
  return block(token, settled)
})

/** The blocks for a text that mostly grows, and how many of them grow no more; another text begins anew. */
export function useBlocks(text: string, done: boolean): readonly [readonly Block[], number] {
  const kept = useRef<{ source: string; state: MarkdownState; final?: readonly Block[] }>({ source: '', state: EMPTY })
  const before = kept.current
  if (text !== before.source) {
    const grows = text.startsWith(before.source)
    const state = grows ? append(before.state, text.slice(before.source.length)) : append(EMPTY, text)
    kept.current = { source: text, state }
  }
  if (done) kept.current.final ??= finish(kept.current.state)
  const { state, final } = kept.current
  return final ? [final, final.length] : [blocks(state), state.settled.length]
}

interface GroupProps {
  all: readonly Block[]
  /** So many of them, from the first, grow no more. */
  settled: number
}

/** Nothing in it is looked at again while text is added behind it. */
const Group = memo(
  function Group({ all, settled }: GroupProps): ReactNode {
    const full = all.length === GROUP
    return (
      <div
        className="space-y-[13px]"
        style={full ? { contentVisibility: 'auto', containIntrinsicSize: 'auto 1500px' } : undefined}
      >
        {all.map(({ at: key, token }, at) => (
          // Only code looks different once it is settled.
          <One key={key} token={token} settled={token.type === 'code' && at < settled} />
        ))}
      </div>
    )
  },
  (before, now) =>
    // Another text has other blocks throughout: a group that shrinks never only loses some.
    before.settled === now.settled && now.all.every((block, at) => block === before.all[at]),
)

/**
 * A model's answer. `done={false}` while it is being written. Groups of 50 blocks let the browser skip what is off
 * screen.
 */
export function Markdown({ text, done, children }: { text: string; done: boolean; children?: ReactNode }): ReactNode {
  const [all, settled] = useBlocks(text, done)
  const groups = []
  for (let at = 0; at < all.length; at += GROUP)
    groups.push(<Group key={at} all={all.slice(at, at + GROUP)} settled={Math.min(Math.max(settled - at, 0), GROUP)} />)
  return (
    <div className="space-y-[13px] [overflow-wrap:anywhere]">
      {groups}
      {children}
    </div>
  )
}
