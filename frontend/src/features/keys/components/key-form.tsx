'use client'
import type { ReactNode } from 'react'
import { Choices } from '@/components/ui/choices'
import { Field, Select, Switch, TextInput } from '@/components/ui/field'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { can } from '@/lib/auth/can'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useModelNames } from '../api/queries'
import type { Expiry, FieldErrors, KeyDraft } from '../store/form'
import { scopes } from '../store/words'

interface KeyFormProps {
  draft: KeyDraft
  errors: FieldErrors
  onChange: (part: Partial<KeyDraft>) => void
}

export function KeyForm({ draft, errors, onChange }: KeyFormProps): ReactNode {
  const auth = useAuth()
  const admin = useCan('tenant.admin')
  return (
    <>
      <Field label={t('Name')} hint={t('What uses it, as this list and usage show it')} error={errors.name}>
        <TextInput
          data-first
          value={draft.name}
          onChange={event => onChange({ name: event.target.value })}
          autoComplete="off"
        />
      </Field>
      <Ends draft={draft} errors={errors} onChange={onChange} />
      <Which draft={draft} errors={errors} onChange={onChange} />
      <Choices
        legend={t('It may')}
        many
        error={errors.scopes}
        options={scopes().filter(scope => can(auth, scope.needs))}
        chosen={draft.scopes}
        onChange={chosen => onChange({ scopes: chosen })}
      />
      {admin && (
        <Switch
          label={t('Belongs to the tenant')}
          hint={t('It goes on working when you leave. Off: it ends with your membership.')}
          checked={draft.service}
          onChange={event => onChange({ service: event.target.checked })}
        />
      )}
    </>
  )
}

function Ends({ draft, errors, onChange }: KeyFormProps): ReactNode {
  const spans: readonly { id: Expiry; label: string }[] = [
    { id: '7', label: t('in 7 days') },
    { id: '30', label: t('in 30 days') },
    { id: '90', label: t('in 90 days') },
    { id: '365', label: t('in a year') },
    { id: 'date', label: t('on a day that I choose') },
    { id: 'never', label: t('never') },
  ]
  const byDate = draft.expiry === 'date'
  return (
    <>
      <Field
        label={t('Ends')}
        hint={draft.expiry === 'never' ? t('Somebody has to remember to revoke it.') : undefined}
        error={byDate ? undefined : errors.expiry}
      >
        <Select value={draft.expiry} onChange={event => onChange({ expiry: event.target.value as Expiry })}>
          {spans.map(span => (
            <option key={span.id} value={span.id}>
              {span.label}
            </option>
          ))}
        </Select>
      </Field>
      {byDate && (
        <Field label={t('Last day')} error={errors.expiry}>
          <TextInput type="date" value={draft.date} onChange={event => onChange({ date: event.target.value })} />
        </Field>
      )}
    </>
  )
}

function Which({ draft, errors, onChange }: KeyFormProps): ReactNode {
  const some = draft.which === 'some'
  const names = useModelNames(some)
  return (
    <>
      <Choices
        legend={t('Models')}
        options={[
          { id: 'all', label: t('All, also later ones') },
          { id: 'some', label: t('Only those that I tick') },
        ]}
        chosen={[draft.which]}
        onChange={([which]) => onChange({ which: which === 'some' ? 'some' : 'all' })}
      />
      {some && names.isPending && <Skeleton rows={3} />}
      {some && names.error && <TroubleNote trouble={toTrouble(names.error)} onRetry={() => void names.refetch()} />}
      {some && names.data?.length === 0 && (
        <p>{t('There is no Model yet. Choose all, and later ones are included.')}</p>
      )}
      {some && names.data && names.data.length > 0 && (
        <Choices
          legend={t('Which')}
          many
          error={errors.models}
          options={names.data.map(name => ({ id: name, label: name }))}
          chosen={draft.models}
          onChange={chosen => onChange({ models: chosen })}
        />
      )}
    </>
  )
}
