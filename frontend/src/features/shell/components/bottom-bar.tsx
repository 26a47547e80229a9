'use client'
import clsx from 'clsx'
import { Menu as MenuIcon } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState, type ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { ICONS } from '../icons'
import type { Entry } from '../hooks/use-entries'

const MoreSheet = dynamic(() => import('./more-sheet'), { ssr: false })

const LOOK = 'text-note relative grid min-h-11 content-center justify-items-center gap-[3px] py-1.5 leading-[14px]!'
const HERE =
  'text-text font-medium before:bg-accent before:absolute before:-top-px before:h-[3px] before:w-8 before:rounded-b-[2px]'

/** Phones: the three screens used most, and all others under "More". Hidden while the keyboard is up. */
export function BottomBar({ entries }: { entries: readonly Entry[] }): ReactNode {
  const [more, setMore] = useState(false)
  const first = entries.filter(entry => entry.place === 'bar')
  const rest = entries.filter(entry => entry.place !== 'bar')
  return (
    <nav
      aria-label={t('Main')}
      className="bottom-bar border-line bg-bg grid auto-cols-fr grid-flow-col border-t pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {first.map(entry => (
        <Link
          key={entry.path}
          href={entry.path}
          prefetch={false}
          aria-current={entry.here ? 'page' : undefined}
          className={clsx(LOOK, entry.here ? HERE : 'text-text-2')}
        >
          {entry.icon && <Icon of={ICONS[entry.icon]} />}
          {entry.title}
        </Link>
      ))}
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setMore(true)}
        className={clsx(LOOK, rest.some(entry => entry.here) ? HERE : 'text-text-2')}
      >
        <Icon of={MenuIcon} />
        {t('More')}
      </button>
      {more && <MoreSheet entries={rest} onClose={() => setMore(false)} />}
    </nav>
  )
}
