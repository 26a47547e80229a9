'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useId, useState, type ReactNode } from 'react'
import { Button, ButtonLink } from '@/components/ui/button'
import { ConfirmDialog, Dialog } from '@/components/ui/dialog'
import { Field, TextInput } from '@/components/ui/field'
import { toast } from '@/components/ui/toast'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { count } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { modelKeys } from '../api/keys'
import { ChangedMeanwhile, deleteModel } from '../api/mutations'
import { readModel } from '../api/queries'
import type { ModelRow } from '../api/types'
import { useUsageByModel } from '../api/usage'
import { useActions } from '../hooks/use-actions'
import { useDialogs } from '../store/dialogs'

/** The one question that is open. */
export function ModelDialogs(): ReactNode {
  const open = useDialogs(state => state.open)
  const close = useDialogs(state => state.close)
  if (!open) return null
  return open.kind === 'delete' ? (
    <DeleteDialog row={open.row} onClose={close} />
  ) : (
    <ScaleDialog row={open.row} onClose={close} />
  )
}

interface DialogProps {
  row: ModelRow
  onClose: () => void
}

function useDelete(row: ModelRow, onDone: () => void) {
  const client = useQueryClient()
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  async function run(): Promise<void> {
    setBusy(true)
    setTrouble(undefined)
    try {
      await deleteModel(await readModel(row.name))
      toast(t('{name} is being deleted', { name: row.name }))
      if (location.pathname !== '/models') router.push('/models')
      onDone()
    } catch (error) {
      setTrouble(toTrouble(error instanceof ChangedMeanwhile ? new Error(t('it was changed meanwhile')) : error))
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: modelKeys.all() })
    }
  }
  return { busy, trouble, run }
}

function DeleteDialog({ row, onClose }: DialogProps): ReactNode {
  const { busy, trouble, run } = useDelete(row, onClose)
  const used = useUsageByModel(7)?.get(row.name)
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('Delete {name}?', { name: row.name })}
      verb={t('Delete it')}
      destructive
      typed={row.name}
      busy={busy}
      onConfirm={() => void run()}
    >
      <p>
        {t(
          'Its pods stop and calls to it are refused. Conversations stay. Nothing brings it back but deploying it again.',
        )}
      </p>
      {used && (
        <p className="num">
          {t('It answered {n, plural, one {# request} other {# requests}} in the last 7 days.', { n: used.requests })}
        </p>
      )}
      {trouble && <TroubleNote trouble={trouble} />}
    </ConfirmDialog>
  )
}

function ScaleDialog(props: DialogProps): ReactNode {
  return props.row.replicas.mode === 'Fixed' ? <FixedDialog {...props} /> : <BoundsDialog {...props} />
}

function FixedDialog({ row, onClose }: DialogProps): ReactNode {
  const { scale } = useActions()
  const form = useId()
  const [text, setText] = useState(String(row.replicas.desired))
  const number = Number(text)
  const wrong = text.trim() === '' || !Number.isInteger(number) || number < 0 || number > 1000
  function submit(): void {
    if (wrong) return
    void scale(row, number)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('Scale {name}', { name: row.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('Leave it')}</Button>
          <Button tone="primary" type="submit" form={form}>
            {t('Scale')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={event => (event.preventDefault(), submit())}>
        <Field
          label={t('Replicas')}
          hint={t('{n} should run now. 0 stops the Model.', { n: row.replicas.desired })}
          error={wrong ? t('Give a whole number from 0 to 1,000.') : undefined}
        >
          <TextInput inputMode="numeric" value={text} onChange={event => setText(event.target.value)} autoFocus />
        </Field>
      </form>
    </Dialog>
  )
}

/** With an autoscaler the number of pods is its own; people set its bounds. */
function BoundsDialog({ row, onClose }: DialogProps): ReactNode {
  const { min, max, mode } = row.replicas
  const values = { name: row.name, min: count(min), max: count(max) }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('Scale {name}', { name: row.name })}
      actions={
        <>
          <Button onClick={onClose} autoFocus>
            {t('Leave it')}
          </Button>
          <ButtonLink tone="primary" href={`/deploy?model=${row.name}`} onClick={onClose}>
            {t('Change the bounds')}
          </ButtonLink>
        </>
      }
    >
      <p>
        {mode === 'HPA'
          ? t('{name} is scaled by its CPU use, between {min} and {max} replicas.', values)
          : t('{name} is scaled by the calls in flight, between {min} and {max} replicas.', values)}
      </p>
      <p className="pt-2">
        {t('A number of your own needs autoscaling mode Fixed; else change the fewest and the most.')}
      </p>
    </Dialog>
  )
}
