'use client'
import { useRef, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Choices } from '@/components/ui/choices'
import { Dialog } from '@/components/ui/dialog'
import { Field, TextInput } from '@/components/ui/field'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import type { Role } from '@/lib/auth/can'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { uuid7 } from '@/lib/ids/uuid7'
import { useInvite } from '../api/mutations'
import type { MemberRow } from '../api/rows'
import { checkEmail, rolesToGive } from '../store/rules'
import { LinkDialog } from './link-dialog'

const FORM = 'invitation'

const emailTrouble = (trouble: Trouble | null) => trouble?.fields.find(field => field.field === 'email')?.message

/** The form, and after it the link, shown once. */
export function InviteDialog({ members, onClose }: { members: readonly MemberRow[]; onClose: () => void }): ReactNode {
  const invite = useInvite()
  const online = useOnline()
  const { role: mine } = useAuth()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [wrong, setWrong] = useState<string>()
  const attempt = useRef('')

  function changed(): void {
    setWrong(undefined)
    invite.reset()
    attempt.current = ''
  }

  function send(): void {
    const found = checkEmail(email, members)
    setWrong(found)
    if (found) return
    attempt.current ||= uuid7()
    invite.mutate({ attempt: attempt.current, invitation: { email: email.trim(), role } })
  }

  if (invite.isSuccess) return <LinkDialog email={email.trim()} link={invite.data} onClose={onClose} />
  const trouble = invite.error && toTrouble(invite.error)
  return (
    <Dialog
      open
      locked={invite.isPending} // or the link would be made and never seen
      title={t('Invite somebody')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} disabled={invite.isPending}>
            {t('Cancel')}
          </Button>
          <Button tone="primary" type="submit" form={FORM} busy={invite.isPending} disabled={!online}>
            {t('Make the link')}
          </Button>
        </>
      }
    >
      <form id={FORM} noValidate onSubmit={event => (event.preventDefault(), send())} className="grid gap-5">
        <Field
          label={t('E-mail')}
          hint={t('Nothing is sent to it: you get a link for this person.')}
          error={wrong ?? emailTrouble(trouble)}
        >
          <TextInput
            data-first
            type="email"
            autoComplete="off"
            value={email}
            onChange={event => (changed(), setEmail(event.target.value))}
          />
        </Field>
        <Choices
          legend={t('Role')}
          options={rolesToGive(mine)}
          chosen={[role]}
          onChange={([chosen]) => (changed(), setRole(chosen as Role))}
        />
        {trouble && !emailTrouble(trouble) && <TroubleNote trouble={trouble} />}
        {!online && (
          <p className="text-waking">
            {t('You are offline. What you typed stays; make the link when you are connected again.')}
          </p>
        )}
      </form>
    </Dialog>
  )
}
