/** What the chat's screens share and nobody else needs: chosen branches, the next message's Model, measured speeds. */
import { create } from 'zustand'
import type { Figures, Params } from '../api/read'
import type { Choices } from './thread'

/** The key of a chat that has no id yet. */
export const NEW = 'new'

interface ChatStore {
  /** By conversation. */
  readonly choices: Readonly<Record<string, Choices>>
  readonly models: Readonly<Record<string, string>>
  /** Of a chat that is not yet a conversation. */
  readonly newParams: Params
  /** By answer: what this device measured while it was written. */
  readonly figures: Readonly<Record<string, Figures>>
  readonly choose: (conversation: string, fork: string, child: string) => void
  readonly pick: (conversation: string, model: string) => void
  readonly setNewParams: (params: Params) => void
  readonly measured: (answer: string, figures: Figures) => void
  /** The new chat became a conversation. */
  readonly begin: (conversation: string) => void
}

const NO_PARAMS: Params = {}

export const useChat = create<ChatStore>()(set => ({
  choices: {},
  models: {},
  newParams: NO_PARAMS,
  figures: {},
  choose: (conversation, fork, child) =>
    set(({ choices }) => ({
      choices: { ...choices, [conversation]: { ...choices[conversation], [fork]: child } },
    })),
  pick: (conversation, model) => set(({ models }) => ({ models: { ...models, [conversation]: model } })),
  setNewParams: newParams => set({ newParams }),
  measured: (answer, one) => set(({ figures }) => ({ figures: { ...figures, [answer]: one } })),
  begin: conversation =>
    set(({ models, newParams }) => {
      const { [NEW]: picked, ...rest } = models
      return { models: picked ? { ...rest, [conversation]: picked } : rest, newParams: newParams && NO_PARAMS }
    }),
}))
