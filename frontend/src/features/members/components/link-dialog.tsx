'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ShownOnceDialog } from '@/components/ui/shown-once'
import { t } from '@/lib/i18n/t'

interface LinkProps {
  email: string
  /** Absent: the invitation was made, but its link was lost on the way. */
  link: string | undefined
  onClose: () => void
}

export function LinkDialog({ email, link, onClose }: LinkProps): ReactNode {
  if (link === undefined) return <Lost email={email} onClose={onClose} />
  return (
    <ShownOnceDialog
      title={t('The link for {email}', { email })}
      label={t('The link')}
      text={link}
      onClose={onClose}
      lead={t('Send it yourself, by a way that only this person reads: whoever has the link can accept it, once.')}
    />
  )
}

function Lost({ email, onClose }: { email: string; onClose: () => void }): ReactNode {
  return (
    <Dialog
      open
      title={t('The invitation is made, but its link is lost')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('Close')}</Button>}
    >
      <p>
        {t(
          'The connection broke while the link was on its way, and it is shown only once. Take back the invitation of {email} in the list and make another.',
          {
            email,
          },
        )}
      </p>
    </Dialog>
  )
}
