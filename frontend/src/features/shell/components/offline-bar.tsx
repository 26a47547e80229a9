'use client'
import type { ReactNode } from 'react'
import { Banner } from '@/components/ui/banner'
import { useOnline } from '@/lib/api/use-online'
import { t } from '@/lib/i18n/t'
import { createPart } from '@/lib/route/part'

// Fetched while there is a connection: without one it could not be.
const useOffline = createPart(() => import('./offline-words').then(file => file.default))

/** What can be said without anything that would have to be fetched first. */
function Plain(): ReactNode {
  return <Banner>{t('Offline.')}</Banner>
}

/** Offline, or else what there is to say while online. */
export function OfflineBar({ otherwise }: { otherwise: ReactNode }): ReactNode {
  const online = useOnline()
  const Offline = useOffline() ?? Plain
  return online ? otherwise : <Offline />
}
