import { create } from 'zustand'

export type Overlay = 'palette' | 'keys'

interface Overlays {
  readonly shown: Overlay | null
  readonly open: (overlay: Overlay) => void
  readonly close: () => void
}

/** Which of the overlays over every screen is open: one at a time. */
export const useOverlays = create<Overlays>()(set => ({
  shown: null,
  open: overlay => set({ shown: overlay }),
  close: () => set({ shown: null }),
}))
