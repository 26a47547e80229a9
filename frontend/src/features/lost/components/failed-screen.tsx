'use client'
import type { ReactNode } from 'react'
import { Page } from '@/components/ui/page'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'

export function FailedScreen({ error, reset }: { error: Error; reset: () => void }): ReactNode {
  return (
    <Page title={t('This screen failed')}>
      <TroubleNote trouble={toTrouble(error)} onRetry={reset} />
    </Page>
  )
}
