'use client'
import { useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { ConfirmDialog } from '@/components/ui/dialog'
import { Page } from '@/components/ui/page'
import { toast } from '@/components/ui/toast'
import { toTrouble } from '@/lib/api/problem'
import { auth } from '@/lib/auth/auth'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { currentStore } from '@/lib/offline/store'
import { Appearance } from './appearance'
import { Profile } from './profile'
import { Section } from './section'
import { Sessions } from './sessions'
import { Storage } from './storage'

export function SettingsScreen(): ReactNode {
  const { user, tenant } = useAuth()
  const lead = user && tenant ? t('{email}, in {tenant}', { email: user.email, tenant: tenant.display }) : undefined
  return (
    <Page title={t('Settings')} lead={lead} actions={<SignOut />}>
      <Appearance />
      <Profile />
      <Tenants />
      <Sessions />
      <Storage />
    </Page>
  )
}

function Tenants(): ReactNode {
  const { tenant, tenants = [] } = useAuth()
  if (tenants.length < 2) return null
  const go = (id: string) =>
    auth()
      .switchTenant(id)
      .catch((error: unknown) => toast(toTrouble(error).what))
  return (
    <Section title={t('Tenants')} lead={t('You belong to several. What you see is always one of them.')}>
      <ul>
        {tenants.map(({ id, display }) => (
          <li key={id} className="border-line flex min-h-11 items-center justify-between gap-4 border-b first:border-t">
            <span className={id === tenant?.id ? 'font-medium' : undefined}>{display}</span>
            {id === tenant?.id ? (
              <span className="text-secondary text-text-3">{t('You are here')}</span>
            ) : (
              <Button small onClick={() => void go(id)}>
                {t('Switch')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Asks first only where something unsent would be lost. */
function SignOut(): ReactNode {
  const [waiting, setWaiting] = useState(0)
  const leave = () => void auth().signOut()
  async function ask(): Promise<void> {
    const count = (await (await currentStore())?.count('outbox')) ?? 0
    if (count === 0) leave()
    else setWaiting(count)
  }
  return (
    <>
      <Button onClick={() => void ask()}>{t('Sign out')}</Button>
      <ConfirmDialog
        open={waiting > 0}
        onClose={() => setWaiting(0)}
        title={t('Sign out and lose what waits?')}
        verb={t('Sign out')}
        destructive
        onConfirm={leave}
      >
        <p>
          {t(
            '{n, plural, one {# change was} other {# changes were}} not sent yet. Signing out removes them from this device.',
            { n: waiting },
          )}
        </p>
      </ConfirmDialog>
    </>
  )
}
