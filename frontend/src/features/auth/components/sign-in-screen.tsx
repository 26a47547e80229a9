'use client'
import Link from 'next/link'
import { useEffect, useState, type ReactNode } from 'react'
import { Field, TextInput } from '@/components/ui/field'
import { TroubleNote } from '@/components/ui/trouble'
import { auth } from '@/lib/auth/auth'
import { setupNeeded } from '@/lib/auth/calls'
import { useForm } from '@/lib/forms/use-form'
import { t } from '@/lib/i18n/t'
import { useArrived } from '../hooks/use-arrived'
import { emailError } from '../rules'
import { AuthFrame } from './auth-frame'
import { PasswordField } from './password-field'
import { Submit } from './submit'

export function SignInScreen(): ReactNode {
  useArrived()
  const setup = useSetupNeeded()
  const form = useForm({ email: '', password: '' }, ({ email, password }) => ({
    email: emailError(email),
    password: password === '' ? t('Enter your password.') : undefined,
  }))
  const send = form.submit(({ email, password }) => auth().signIn({ kind: 'password', email: email.trim(), password }))
  const foot = t('No account yet? Members come by invitation: ask an admin of your tenant for a link.')
  return (
    <AuthFrame title={t('Sign in to Freehold')} foot={foot}>
      {setup && <SetupHint />}
      <form onSubmit={send} noValidate className="grid gap-4">
        <Field label={t('E-mail')} error={form.error('email')}>
          <TextInput
            {...form.bind('email')}
            type="email"
            autoComplete="username"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
        <PasswordField
          {...form.bind('password')}
          label={t('Password')}
          error={form.error('password')}
          autoComplete="current-password"
        />
        {form.trouble && <TroubleNote trouble={form.trouble} />}
        <Submit busy={form.busy}>{t('Sign in')}</Submit>
      </form>
    </AuthFrame>
  )
}

function useSetupNeeded(): boolean {
  const [needed, setNeeded] = useState(false)
  useEffect(() => void setupNeeded().then(setNeeded), [])
  return needed
}

function SetupHint(): ReactNode {
  return (
    <p className="border-line bg-surface rounded-control mb-5 border px-4 py-3">
      {t('Nobody has an account here yet.')}{' '}
      <Link href="/setup" prefetch={false} className="link">
        {t('Make the first owner')}
      </Link>
    </p>
  )
}
