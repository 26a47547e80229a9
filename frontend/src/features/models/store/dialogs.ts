/** Which question is open, and the last action that was refused; one for list and detail. */
import { create } from 'zustand'
import type { Trouble } from '@/lib/api/problem'
import type { ModelRow } from '../api/types'

export interface Refused {
  readonly name: string
  readonly trouble: Trouble
  readonly again: () => void
}

interface Dialogs {
  readonly open: { readonly kind: 'scale' | 'delete'; readonly row: ModelRow } | undefined
  readonly refused: Refused | undefined
  readonly ask: (kind: 'scale' | 'delete', row: ModelRow) => void
  readonly close: () => void
  readonly refuse: (refused: Refused | undefined) => void
}

export const useDialogs = create<Dialogs>()(set => ({
  open: undefined,
  refused: undefined,
  ask: (kind, row) => set({ open: { kind, row }, refused: undefined }),
  close: () => set({ open: undefined }),
  refuse: refused => set({ refused }),
}))
