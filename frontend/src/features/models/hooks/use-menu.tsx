'use client'
import { MessageCircle, Pause, Pencil, Play, Scaling, ScrollText, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Icon } from '@/components/ui/icon'
import type { MenuItem } from '@/components/ui/menu'
import { useOnline } from '@/lib/api/use-online'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { usePrefs } from '@/lib/prefs/prefs'
import type { ModelRow } from '../api/types'
import { isChat } from '../engines'
import { useDialogs } from '../store/dialogs'
import { useActions } from './use-actions'

export const isSuspended = (row: ModelRow): boolean => row.phase === 'Suspended' && row.reason === 'Suspended'

/** What can be done with a Model. Forbidden actions are absent; without a connection changes say so. */
export function useMenu(row: ModelRow): MenuItem[] {
  const may = useCan('models.write')
  const mayLook = useCan('models.inspect')
  const mayChat = useCan('chat')
  const online = useOnline()
  const router = useRouter()
  const actions = useActions()
  const ask = useDialogs(state => state.ask)
  const closed = online ? {} : { disabled: true, hint: t('offline') }
  const items: (MenuItem | false)[] = [
    mayChat &&
      isChat(row) && {
        label: t('Chat with it'),
        icon: <Icon of={MessageCircle} small />,
        onSelect: () => {
          usePrefs.getState().set({ lastModel: row.name })
          router.push('/chat')
        },
      },
    mayLook &&
      row.engine !== 'External' && {
        label: t('Show the log'),
        icon: <Icon of={ScrollText} small />,
        href: `/models/${row.name}?tab=logs`,
      },
    may && {
      label: t('Edit'),
      icon: <Icon of={Pencil} small />,
      onSelect: () => router.push(`/deploy?model=${row.name}`),
      ...closed,
    },
    may &&
      row.engine !== 'External' && {
        label: t('Scale'),
        icon: <Icon of={Scaling} small />,
        onSelect: () => ask('scale', row),
        ...closed,
      },
    may && isSuspended(row)
      ? { label: t('Resume'), icon: <Icon of={Play} small />, onSelect: () => void actions.resume(row), ...closed }
      : may && {
          label: t('Suspend'),
          icon: <Icon of={Pause} small />,
          onSelect: () => void actions.suspend(row),
          ...closed,
        },
    may && {
      label: t('Delete'),
      icon: <Icon of={Trash2} small />,
      danger: true,
      onSelect: () => ask('delete', row),
      ...closed,
    },
  ]
  return items.filter((item): item is MenuItem => item !== false)
}
