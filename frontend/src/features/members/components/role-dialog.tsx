'use client'
import { useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Choices } from '@/components/ui/choices'
import { Dialog } from '@/components/ui/dialog'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import type { Role } from '@/lib/auth/can'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useChangeRole } from '../api/mutations'
import type { MemberRow } from '../api/rows'
import { refusal, roleWords, rolesToGive } from '../store/rules'

interface RoleDialogProps {
  of: MemberRow
  members: readonly MemberRow[]
  onClose: () => void
  onDone: (words: string) => void
}

export function RoleDialog({ of: member, members, onClose, onDone }: RoleDialogProps): ReactNode {
  const { user, role: mine, tenant } = useAuth()
  const online = useOnline()
  const change = useChangeRole()
  const [role, setRole] = useState<Role>(member.role)
  const refused = refusal(members, member, role, tenant?.display ?? t('the tenant'))
  const unchanged = role === member.role
  const save = () =>
    change.mutate(
      { id: member.id, role },
      { onSuccess: () => onDone(t('{name}: {role} from now on.', { name: member.name, role: roleWords(role).label })) },
    )
  return (
    <Dialog
      open
      title={t('Change the role of {name}', { name: member.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('Cancel')}</Button>
          <Button
            tone="primary"
            onClick={save}
            busy={change.isPending}
            disabled={!online || unchanged || refused !== undefined}
          >
            {t('Change role')}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Choices
          legend={t('Role')}
          options={rolesToGive(mine)}
          chosen={[role]}
          error={refused}
          onChange={([chosen]) => (change.reset(), setRole(chosen as Role))}
        />
        {member.id === user?.id && !unchanged && !refused && (
          <p className="text-waking">
            {t('This is you: what the role does not allow, you can no longer do, nor take this back.')}
          </p>
        )}
        <p>{t('It holds everywhere within five seconds, for their keys too.')}</p>
        {change.error && <TroubleNote trouble={toTrouble(change.error)} />}
      </div>
    </Dialog>
  )
}
