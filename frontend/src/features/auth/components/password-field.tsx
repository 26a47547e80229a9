'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { Field, TextInput } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'

interface PasswordProps extends ComponentProps<'input'> {
  label: string
  hint?: string
  error?: string | undefined
}

/** Pasting and password managers work; the text can be shown. */
export function PasswordField({ label, hint, error, ...rest }: PasswordProps): ReactNode {
  const [shown, setShown] = useState(false)
  return (
    <div className="relative">
      <Field label={label} {...(hint && { hint })} error={error}>
        <TextInput
          {...rest}
          type={shown ? 'text' : 'password'}
          className="pe-16"
          spellCheck={false}
          autoCapitalize="none"
        />
      </Field>
      <button
        type="button"
        aria-pressed={shown}
        aria-label={shown ? t('Hide the password') : t('Show the password')}
        onClick={() => setShown(!shown)}
        className="text-secondary text-text-2 hover:text-text absolute end-1 top-[26px] h-[30px] rounded-pill px-2 coarse:h-11"
      >
        {shown ? t('Hide') : t('Show')}
      </button>
    </div>
  )
}
