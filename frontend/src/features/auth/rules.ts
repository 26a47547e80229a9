/** What a form can know before the server does; the server decides. */
import { t } from '@/lib/i18n/t'

export const PASSWORD_LEAST = 12
export const PASSWORD_MOST = 128

export function emailError(email: string): string | undefined {
  if (email.trim() === '') return t('Enter your e-mail address.')
  return /^[^\s@]+@[^\s@]+$/.test(email.trim())
    ? undefined
    : t('This is not an e-mail address: it needs a name, an @ and a host.')
}

export function newPasswordError(password: string): string | undefined {
  if (password.length < PASSWORD_LEAST)
    return t('Use at least {n} characters; it has {have}.', { n: PASSWORD_LEAST, have: password.length })
  return password.length > PASSWORD_MOST ? t('Use at most {n} characters.', { n: PASSWORD_MOST }) : undefined
}

export function nameError(name: string): string | undefined {
  return name.trim() === '' ? t('Enter your name, as others should see it.') : undefined
}

export function tenantError(name: string): string | undefined {
  return /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)
    ? undefined
    : t('Lower-case letters, digits and hyphens, at most 40, beginning with a letter.')
}

/** Where to go after signing in: a path of ours, never another site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) && !/^\/(sign-in|setup|invite)\b/.test(next) ? next : '/'
}

/** The code behind the `#` of an invitation's or set-up link; it is never sent in an address. */
export function codeOf(hash: string): string {
  const code = hash.replace(/^#(token=|code=)?/, '')
  try {
    return decodeURIComponent(code)
  } catch {
    return code // cut short on the way: the server says that it is not valid
  }
}
