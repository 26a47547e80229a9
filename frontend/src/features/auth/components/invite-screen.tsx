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
import { nameError, newPasswordError, PASSWORD_LEAST } from '../rules'
import { AuthFrame } from './auth-frame'
import { PasswordField } from './password-field'
import { Submit } from './submit'

/** Somebody with a link: the code stays behind the `#` and travels only in the body. */
export function InviteScreen(): ReactNode {
  useArrived()
  const code = useCode()
  const form = useForm({ token: '', name: '', password: '' }, ({ token, name, password }) => ({
    token: token.trim() === '' && code === '' ? t('Enter the code of your invitation.') : undefined,
    name: nameError(name),
    password: newPasswordError(password),
  }))
  const send = form.submit(({ token, name, password }) =>
    auth().signIn({ kind: 'invite', token: token.trim() || code, name: name.trim(), password }),
  )
  const foot = (
    <>
      {t('An invitation works once and for a limited time. Whoever invited you can make a new one, under Members.')}{' '}
      <Link href="/sign-in" prefetch={false} className="link">
        {t('Sign in instead')}
      </Link>
    </>
  )
  return (
    <AuthFrame
      title={t('Join your tenant')}
      lead={t('You were invited. Choose a password, or enter the one you have here already.')}
      foot={foot}
    >
      <form onSubmit={send} noValidate className="grid gap-4">
        {(code === '' || form.error('token')) && (
          <Field label={t('Invitation code')} error={form.error('token')}>
            <TextInput {...form.bind('token')} autoComplete="off" spellCheck={false} className="mono" />
          </Field>
        )}
        <Field label={t('Your name')} error={form.error('name')}>
          <TextInput {...form.bind('name')} autoComplete="name" />
        </Field>
        <PasswordField
          {...form.bind('password')}
          label={t('Password')}
          hint={t('At least {n} characters.', { n: PASSWORD_LEAST })}
          error={form.error('password')}
          autoComplete="new-password"
        />
        {form.trouble && <TroubleNote trouble={form.trouble} />}
        <Submit busy={form.busy}>{t('Join and sign in')}</Submit>
      </form>
    </AuthFrame>
  )
}
