'use client'
import type { ReactNode } from 'react'
import KeysSheet from './keys-sheet'
import Palette from './palette'

/** Whichever of the two lies over the page. */
export function Sheets({ shown, onClose }: { shown: 'palette' | 'keys'; onClose: () => void }): ReactNode {
  return shown === 'palette' ? <Palette open onClose={onClose} /> : <KeysSheet open onClose={onClose} />
}
