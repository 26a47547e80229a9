'use client'
import { useRef, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { t } from '@/lib/i18n/t'
import { uuid7 } from '@/lib/ids/uuid7'
import { useCreateKey } from '../api/mutations'
import { checkKey, EMPTY, placed, toKeyIn, type FieldErrors, type KeyDraft } from '../store/form'
import { KeyForm } from './key-form'
import { SecretDialog } from './secret-dialog'

const FORM = 'new-key'

/** The form, and after it the key itself: one way through, closed only when the key is copied. */
export function CreateDialog({ onClose }: { onClose: () => void }): ReactNode {
  const create = useCreateKey()
  const online = useOnline()
  const [draft, setDraft] = useState<KeyDraft>(EMPTY)
  const [errors, setErrors] = useState<FieldErrors>({})
  const attempt = useRef('')

  function change(part: Partial<KeyDraft>): void {
    setDraft({ ...draft, ...part })
    setErrors({})
    attempt.current = '' // another key than the one that may have been made
  }

  function send(): void {
    const now = Date.now()
    const found = checkKey(draft, now)
    setErrors(found)
    if (Object.keys(found).length > 0) return
    attempt.current ||= uuid7()
    create.mutate(
      { attempt: attempt.current, key: toKeyIn(draft, now) },
      { onError: error => setErrors(placed(toTrouble(error).fields).errors) },
    )
  }

  if (create.isSuccess) return <SecretDialog name={draft.name.trim()} secret={create.data} onClose={onClose} />
  const trouble = create.error && toTrouble(create.error)
  const elsewhere = trouble && (trouble.fields.length === 0 || placed(trouble.fields).rest.length > 0)
  return (
    <Dialog
      open
      locked={create.isPending} // or the key would be made and never seen
      title={t('Create a key')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} disabled={create.isPending}>
            {t('Cancel')}
          </Button>
          <Button tone="primary" type="submit" form={FORM} busy={create.isPending} disabled={!online}>
            {t('Create')}
          </Button>
        </>
      }
    >
      <form id={FORM} noValidate onSubmit={event => (event.preventDefault(), send())} className="grid gap-5">
        <KeyForm draft={draft} errors={errors} onChange={change} />
        {elsewhere && <TroubleNote trouble={trouble} />}
        {!online && (
          <p className="text-waking">
            {t('You are offline. What you typed stays; create the key when you are connected again.')}
          </p>
        )}
      </form>
    </Dialog>
  )
}
