'use client'
import dynamic from 'next/dynamic'
import type { ReactNode } from 'react'
import { useOnline } from '@/lib/api/use-online'

const Offline = dynamic(() => import('./offline-words'), { ssr: false })

/** Offline, or else what there is to say while online. */
export function OfflineBar({ otherwise }: { otherwise: ReactNode }): ReactNode {
  const online = useOnline()
  return online ? otherwise : <Offline />
}
