'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Field, TextInput } from '@/components/ui/field'
import { TroubleNote } from '@/components/ui/trouble'
import { auth } from '@/lib/auth/auth'
import { useForm } from '@/lib/forms/use-form'
import { t } from '@/lib/i18n/t'
import { useArrived } from '../hooks/use-arrived'
import { useCode } from '../hooks/use-code'
import { emailError, nameError, newPasswordError, PASSWORD_LEAST, tenantError } from '../rules'
import { AuthFrame } from './auth-frame'
import { PasswordField } from './password-field'
import { Submit } from './submit'

/** The first person: takes the installation's one-time token. */
export function SetupScreen(): ReactNode {
  useArrived()
  const code = useCode()
  const form = useForm(
    { token: '', name: '', email: '', password: '', tenant: 'default' },
    ({ token, name, email, password, tenant }) => ({
      token: token.trim() === '' && code === '' ? t('Enter the bootstrap token of this installation.') : undefined,
      name: nameError(name),
      email: emailError(email),
      password: newPasswordError(password),
      tenant: tenantError(tenant),
    }),
  )
  const send = form.submit(({ token, name, email, password, tenant }) =>
    auth().signIn({
      kind: 'bootstrap',
      token: token.trim() || code,
      name: name.trim(),
      email: email.trim(),
      password,
      tenant,
    }),
  )
  const foot = (
    <>
      {t('The token works once.')}{' '}
      <Link href="/sign-in" prefetch={false} className="link">
        {t('Sign in instead')}
      </Link>
    </>
  )
  return (
    <AuthFrame
      title={t('Make the first owner')}
      lead={t('This installation has nobody yet. You will own its first tenant and can invite everybody else.')}
      foot={foot}
    >
      <form onSubmit={send} noValidate className="grid gap-4">
        {code === '' && (
          <Field
            label={t('Bootstrap token')}
            hint={t('The notes of the installation say where it is.')}
            error={form.error('token')}
          >
            <TextInput {...form.bind('token')} autoComplete="off" spellCheck={false} className="mono" />
          </Field>
        )}
        <Field label={t('Your name')} error={form.error('name')}>
          <TextInput {...form.bind('name')} autoComplete="name" />
        </Field>
        <Field label={t('E-mail')} error={form.error('email')}>
          <TextInput
            {...form.bind('email')}
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
        <PasswordField
          {...form.bind('password')}
          label={t('Password')}
          hint={t('At least {n} characters.', { n: PASSWORD_LEAST })}
          error={form.error('password')}
          autoComplete="new-password"
        />
        <Field label={t('Tenant')} hint={t('The name of its Tenant resource.')} error={form.error('tenant')}>
          <TextInput
            {...form.bind('tenant')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="mono"
          />
        </Field>
        {form.trouble && <TroubleNote trouble={form.trouble} />}
        <Submit busy={form.busy}>{t('Make the owner and sign in')}</Submit>
      </form>
    </AuthFrame>
  )
}
