'use client'
import type { ReactNode } from 'react'
import { useOnline } from '@/lib/api/use-online'
import { createPart } from '@/lib/route/part'

// Fetched while there is a connection: without one it could not be.
const useOffline = createPart(() => import('./offline-words').then(file => file.default))

/** Offline, or else what there is to say while online. */
export function OfflineBar({ otherwise }: { otherwise: ReactNode }): ReactNode {
  const online = useOnline()
  const Offline = useOffline()
  return online ? otherwise : Offline && <Offline />
}
