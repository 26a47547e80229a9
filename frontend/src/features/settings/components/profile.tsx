'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Field, Select, TextInput } from '@/components/ui/field'
import { Skeleton } from '@/components/ui/skeleton'
import { toast } from '@/components/ui/toast'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { useForm } from '@/lib/forms/use-form'
import { t } from '@/lib/i18n/t'
import { useSaveProfile } from '../api/mutations'
import { useProfile } from '../api/queries'
import { Section } from './section'

export function Profile(): ReactNode {
  const { data, error, refetch } = useProfile()
  return (
    <Section title={t('Profile')} lead={t('As others in your tenants see you.')}>
      {data && <Form key={data.user.id} name={data.user.name} email={data.user.email} tz={data.user.tz} />}
      {!data && error && <TroubleNote trouble={toTrouble(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={3} height={36} />}
    </Section>
  )
}

function Form({ name, email, tz }: { name: string; email: string; tz: string }): ReactNode {
  const online = useOnline()
  const save = useSaveProfile()
  const form = useForm({ name, tz }, values => ({
    name: values.name.trim() === '' ? t('Enter your name.') : undefined,
  }))
  const send = form.submit(async values => {
    await save.mutateAsync({ name: values.name.trim(), tz: values.tz })
    toast(t('Profile saved'))
  })
  const zones = [...new Set([form.values.tz, ...Intl.supportedValuesOf('timeZone')])]
  return (
    <form onSubmit={send} noValidate className="grid gap-4">
      <Field label={t('Name')} error={form.error('name')}>
        <TextInput {...form.bind('name')} autoComplete="name" />
      </Field>
      <Field label={t('E-mail')} hint={t('The address you sign in with.')}>
        <TextInput value={email} readOnly className="text-text-2" />
      </Field>
      <Field label={t('Time zone')} error={form.error('tz')}>
        <Select {...form.bind('tz')}>
          {zones.map(zone => (
            <option key={zone}>{zone}</option>
          ))}
        </Select>
      </Field>
      {form.trouble && <TroubleNote trouble={form.trouble} />}
      <div className="flex items-center gap-3">
        <Button type="submit" busy={form.busy} disabled={!online}>
          {t('Save profile')}
        </Button>
        {!online && <span className="text-secondary text-text-3">{t('Needs a connection.')}</span>}
      </div>
    </form>
  )
}
