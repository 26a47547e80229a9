'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ShownOnceDialog } from '@/components/ui/shown-once'
import { apiOrigin } from '@/lib/api/transport'
import { t } from '@/lib/i18n/t'

interface SecretProps {
  name: string
  /** Absent: the key was made, but its text was lost on the way. */
  secret: string | undefined
  onClose: () => void
}

export function SecretDialog({ name, secret, onClose }: SecretProps): ReactNode {
  if (secret === undefined) return <Lost name={name} onClose={onClose} />
  return (
    <ShownOnceDialog
      title={t('{name} is made', { name })}
      label={t('The key')}
      text={secret}
      onClose={onClose}
      lead={t('This is the key. It is shown this once and stored nowhere: keep it where you keep passwords.')}
    >
      <dl className="text-secondary grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <dt className="text-text-3">{t('Base URL')}</dt>
        <dd className="mono [overflow-wrap:anywhere]">{`${apiOrigin()}/v1`}</dd>
        <dt className="text-text-3">{t('Sent as')}</dt>
        <dd className="mono [overflow-wrap:anywhere]">{'Authorization: Bearer fhk_…'}</dd>
      </dl>
    </ShownOnceDialog>
  )
}

function Lost({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  return (
    <Dialog
      open
      title={t('{name} is made, but its text is lost', { name })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('Close')}</Button>}
    >
      <p>
        {t(
          'The connection broke while the key was on its way, and it is shown only once. Revoke {name} in the list and create another.',
          {
            name,
          },
        )}
      </p>
    </Dialog>
  )
}
