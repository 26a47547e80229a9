'use client'
import type { ReactNode } from 'react'
import { ConfirmDialog } from '@/components/ui/dialog'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { useRevokeKey } from '../api/mutations'
import type { KeyRow } from '../api/rows'
import { inUse, usedWords } from '../store/words'

interface RevokeProps {
  of: KeyRow
  onClose: () => void
  onDone: () => void
}

/** A key in use asks for its name: what calls with it stops, and nothing brings it back. */
export function RevokeDialog({ of: key, onClose, onDone }: RevokeProps): ReactNode {
  const revoke = useRevokeKey()
  const now = new Date()
  const used = inUse(key, now)
  return (
    <ConfirmDialog
      open
      title={t('Revoke {name}?', { name: key.name })}
      verb={t('Revoke')}
      destructive
      busy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate(key.id, { onSuccess: onDone })}
      {...(used && { typed: key.name.trim() })}
    >
      <p>
        {t(
          'Within five seconds every program that calls with {shape} is refused, for good. A revoked key cannot be brought back; make a new one instead.',
          {
            shape: key.shape,
          },
        )}
      </p>
      <p className={used ? 'text-waking' : undefined}>
        {used
          ? t('{used}: something still calls with it.', { used: usedWords(key.usedAt, now) })
          : t('{used}.', { used: usedWords(key.usedAt, now) })}
      </p>
      {revoke.error && <TroubleNote trouble={toTrouble(revoke.error)} />}
    </ConfirmDialog>
  )
}
