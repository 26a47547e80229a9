'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Dialog } from '@/components/ui/dialog'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import type { Entry } from '../hooks/use-entries'
import { ICONS } from '../icons'

/** Phones: the places that have no room in the bottom bar. */
export default function MoreSheet({ entries, onClose }: { entries: readonly Entry[]; onClose: () => void }): ReactNode {
  return (
    <Dialog open onClose={onClose} title={t('More')}>
      <ul className="grid gap-1">
        {entries.map(entry => (
          <li key={entry.path}>
            <Link
              href={entry.path}
              prefetch={false}
              onClick={onClose}
              className="text-text rounded-control flex min-h-11 items-center gap-3 px-2"
            >
              {entry.icon && <Icon of={ICONS[entry.icon]} />}
              {entry.title}
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
