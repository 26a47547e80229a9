/**
 * Markdown that arrives in pieces. Settled top-level tokens are frozen; only the text after them is lexed again, and
 * the last two tokens stay open, because the text that follows may still change them. Inside an open fence lines are
 * appended without lexing. `finish` lexes once over all (reference links) and keeps every token that came out the same.
 */
import { Lexer, type Token, type Tokens, type TokensList } from 'marked'

export interface Block {
  /** Where it begins in the text: its key, stable while it grows. */
  readonly at: number
  readonly token: Token
}

interface Fence {
  readonly marker: string
  /** The token's raw text as far as it came. */
  readonly raw: string
}

export interface MarkdownState {
  /** Normalised, all of it. */
  readonly text: string
  readonly settled: readonly Block[]
  readonly open: readonly Block[]
  /** Where `open` begins. */
  readonly tailAt: number
  readonly fence: Fence | undefined
  /** The text ends in a carriage return, which may be half a line end. */
  readonly half: boolean
}

const OPEN_TOKENS = 2

export const EMPTY: MarkdownState = { text: '', settled: [], open: [], tailAt: 0, fence: undefined, half: false }

const normalise = (text: string) => text.replace(/\r\n|\r/g, '\n')

export function lex(text: string): TokensList {
  return new Lexer({ gfm: true, breaks: false }).lex(text)
}

function blocksOf(tokens: readonly Token[], start: number): Block[] {
  let at = start
  return tokens.map(token => {
    const block = { at, token }
    at += token.raw.length
    return block
  })
}

/** The state after more text. */
export function append(state: MarkdownState, more: string): MarkdownState {
  if (more === '') return state
  // The line ended with the carriage return already.
  const added = normalise(state.half && more.startsWith('\n') ? more.slice(1) : more)
  const half = more.endsWith('\r')
  if (added === '') return { ...state, half }
  return { ...(growFence(state, added) ?? relex(state, state.text + added)), half }
}

/** Index of the first block that stays open. */
function cut(blocks: readonly Block[]): number {
  let open = 0
  for (let at = blocks.length - 1; at >= 0; at--) {
    if (blocks[at]?.token.type !== 'space' && ++open === OPEN_TOKENS) return at
  }
  return 0
}

function relex(state: MarkdownState, text: string): MarkdownState {
  const blocks = blocksOf(lex(text.slice(state.tailAt)), state.tailAt)
  const keep = cut(blocks)
  const open = blocks.slice(keep)
  const settled = keep ? [...state.settled, ...blocks.slice(0, keep)] : state.settled
  return { text, settled, open, tailAt: open[0]?.at ?? text.length, fence: fenceOf(open.at(-1)), half: false }
}

/** The fence that is still open at the end; only unindented ones, whose lines are taken as they are. */
function fenceOf(block: Block | undefined): Fence | undefined {
  if (block?.token.type !== 'code') return undefined
  const raw = block.token.raw
  const marker = /^(`{3,}|~{3,})[^\n]*\n/.exec(raw)?.[1]
  if (!marker || closes(raw.slice(raw.indexOf('\n') + 1), marker)) return undefined
  return { marker, raw }
}

/** Whether some line ends the fence, or could once more of it has come. */
function closes(lines: string, marker: string): boolean {
  const sign = marker[0] as string
  return new RegExp(`(^|\\n) {0,3}${sign}{1,}[\`~]* *(\\n|$)`).test(lines)
}

function growFence(state: MarkdownState, added: string): MarkdownState | undefined {
  const last = state.open.at(-1)
  if (!state.fence || !last) return undefined
  const { marker, raw } = state.fence
  const lastLine = raw.slice(raw.lastIndexOf('\n') + 1)
  if (closes(lastLine + added, marker)) return undefined
  const grown = raw + added
  const text = grown.slice(grown.indexOf('\n') + 1).replace(/\n$/, '')
  const token = { ...(last.token as Tokens.Code), raw: grown, text }
  const open = [...state.open.slice(0, -1), { at: last.at, token }]
  return { ...state, text: state.text + added, open, fence: { marker, raw: grown } }
}

/** A fence that grew line by line may end in other blank lines than a lexed one. */
function same(old: Token, fresh: Token): boolean {
  if (old.raw !== fresh.raw || old.type !== fresh.type) return false
  return old.type !== 'code' || (old as Tokens.Code).text === (fresh as Tokens.Code).text
}

/** The final blocks, as one lex over everything gives them. */
export function finish(state: MarkdownState): readonly Block[] {
  const tokens = lex(state.text)
  const fresh = blocksOf(tokens, 0)
  if (Object.keys(tokens.links).length > 0) return fresh
  const before = new Map([...state.settled, ...state.open].map(block => [block.at, block]))
  return fresh.map(block => {
    const old = before.get(block.at)
    return old && same(old.token, block.token) ? old : block
  })
}

export function blocks(state: MarkdownState): readonly Block[] {
  return [...state.settled, ...state.open]
}
