'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { ConfirmDialog, Dialog } from '@/components/ui/dialog'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useRemoveMember, useTakeBack } from '../api/mutations'
import type { InvitationRow, MemberRow } from '../api/rows'
import { refusal } from '../store/rules'

interface RemoveProps {
  of: MemberRow
  members: readonly MemberRow[]
  onClose: () => void
  onDone: (words: string) => void
}

export function RemoveDialog({ of: member, members, onClose, onDone }: RemoveProps): ReactNode {
  const { user, tenant } = useAuth()
  const remove = useRemoveMember()
  const place = tenant?.display ?? t('the tenant')
  const refused = refusal(members, member, undefined, place)
  const title = t('Remove {name}?', { name: member.name })
  if (refused)
    return (
      <Dialog
        open
        title={title}
        onClose={onClose}
        actions={
          <Button onClick={onClose} data-first>
            {t('Close')}
          </Button>
        }
      >
        <p role="alert">{refused}</p>
      </Dialog>
    )
  return (
    <ConfirmDialog
      open
      title={title}
      verb={t('Remove')}
      destructive
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(member.id, { onSuccess: () => onDone(t('{name} is removed.', { name: member.name })) })
      }
    >
      <p>
        {member.id === user?.id
          ? t('This is you: you leave {place} at once, and only a new invitation brings you back.', { place })
          : t(
              'Within five seconds {name} can open nothing of {place} any more, and their keys are revoked for good. Models and what else they made for the tenant stay.',
              {
                name: member.name,
                place,
              },
            )}
      </p>
      {remove.error && <TroubleNote trouble={toTrouble(remove.error)} />}
    </ConfirmDialog>
  )
}

interface TakeBackProps {
  of: InvitationRow
  onClose: () => void
  onDone: (words: string) => void
}

export function TakeBackDialog({ of: invitation, onClose, onDone }: TakeBackProps): ReactNode {
  const takeBack = useTakeBack()
  return (
    <ConfirmDialog
      open
      title={t('Take back the invitation?')}
      verb={t('Take back')}
      destructive
      busy={takeBack.isPending}
      onClose={onClose}
      onConfirm={() =>
        takeBack.mutate(invitation.id, {
          onSuccess: () => onDone(t('The link for {email} works no more.', { email: invitation.email })),
        })
      }
    >
      <p>
        {t('The link that {email} has stops working at once. You can invite them again.', { email: invitation.email })}
      </p>
      {takeBack.error && <TroubleNote trouble={toTrouble(takeBack.error)} />}
    </ConfirmDialog>
  )
}
