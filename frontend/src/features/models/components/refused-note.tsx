'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { TroubleNote } from '@/components/ui/trouble'
import { t } from '@/lib/i18n/t'
import { useDialogs } from '../store/dialogs'

/** The last action that was refused, until it is tried again or put away. */
export function RefusedNote(): ReactNode {
  const refused = useDialogs(state => state.refused)
  const refuse = useDialogs(state => state.refuse)
  if (!refused) return null
  return (
    <div className="pb-4">
      <TroubleNote trouble={refused.trouble} onRetry={refused.again}>
        <Button small tone="ghost" onClick={() => refuse(undefined)}>
          {t('Close')}
        </Button>
      </TroubleNote>
    </div>
  )
}
