import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** A Lucide icon as the house draws it: 18 px (15 in small places), stroke 1.6, beside a word. */
export function Icon({ of: Drawn, small }: { of: LucideIcon; small?: boolean }): ReactNode {
  return <Drawn size={small ? 15 : 18} strokeWidth={1.6} aria-hidden className="shrink-0" />
}
