import type { ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'

/** While a screen's code arrives. */
export function Waiting(): ReactNode {
  return <Skeleton rows={7} height={44} className="mx-auto max-w-[1440px] px-4 pt-24 sm:px-9" />
}
