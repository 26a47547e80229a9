import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { modelsQuery } from '@/lib/api/models'
import { auth } from '@/lib/auth/auth'
import { can } from '@/lib/auth/can'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { readConversations } from '@/lib/offline/rows'
import { currentStore, type Conversation } from '@/lib/offline/store'
import type { Command } from '@/lib/palette/commands'
import { usePrefs, type Theme } from '@/lib/prefs/prefs'
import { stateWords } from '@/lib/words/states'
import { routes } from '@/routes'

type Go = (path: string) => void

/** Places, Models, conversations on this device, and what any screen can do. */
export function useOwnCommands(go: Go): readonly Command[] {
  const state = useAuth()
  const models = useQuery({ ...modelsQuery(), enabled: state.status === 'signedIn' })
  const chats = useConversations()
  return useMemo(() => {
    const places = routes
      .filter(route => route.title && !route.dynamic && !route.open && (!route.needs || can(state, route.needs)))
      .map(({ path, title, key }) => ({
        id: `go ${path}`,
        label: t(title ?? ''),
        group: t('Go to'),
        ...(key && { hint: `g ${key}` }),
        run: () => go(path),
      }))
    const rows = (models.data ?? []).map(row => ({
      id: `model ${row.name}`,
      label: row.name,
      group: t('Model'),
      hint: stateWords(row).words,
      run: () => go(`/models/${row.name}`),
    }))
    const found = chats.map(chat => ({
      id: `chat ${chat.id}`,
      label: chat.title || t('Untitled'),
      group: t('Conversation'),
      run: () => go(`/chat/${chat.id}`),
    }))
    return [
      ...places,
      ...actions(state.tenants?.filter(tenant => tenant.id !== state.tenant?.id) ?? []),
      ...rows,
      ...found,
    ]
  }, [state, models.data, chats, go])
}

function useConversations(): readonly Conversation[] {
  const [chats, setChats] = useState<readonly Conversation[]>([])
  useEffect(() => {
    void currentStore()
      .then(store => (store ? readConversations(store) : []))
      .then(setChats)
  }, [])
  return chats
}

function actions(otherTenants: readonly { id: string; display: string }[]): Command[] {
  const theme = (name: Theme, label: string): Command => ({
    id: `theme ${name}`,
    label,
    group: t('Theme'),
    run: () => usePrefs.getState().set({ theme: name }),
  })
  return [
    theme('light', t('Light theme')),
    theme('dark', t('Dark theme')),
    theme('system', t('Theme of the system')),
    ...otherTenants.map(({ id, display }) => ({
      id: `tenant ${id}`,
      label: t('Switch to {tenant}', { tenant: display }),
      group: t('Tenant'),
      run: () => void auth().switchTenant(id),
    })),
    { id: 'sign-out', label: t('Sign out'), group: t('Account'), run: () => void auth().signOut() },
  ]
}
