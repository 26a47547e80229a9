'use client'
import clsx from 'clsx'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { ICONS } from '../icons'
import type { Entry } from '../hooks/use-entries'
import { Mark } from '@/components/ui/mark'

interface RailProps {
  entries: readonly Entry[]
  initials: string
  name: string
}

/** The 76 px column of wide screens: icon and word, the reader's initials at its foot. */
export function Rail({ entries, initials, name }: RailProps): ReactNode {
  return (
    <nav
      aria-label={t('Main')}
      className="border-line hidden flex-col items-center gap-0.5 border-e pt-3.5 pb-3 sm:flex"
    >
      <Link href="/" prefetch={false} aria-label={t('Home')} className="rounded-control mb-3.5 p-0.5">
        <Mark />
      </Link>
      {entries
        .filter(entry => entry.place && entry.path !== '/')
        .map(entry => (
          <RailLink key={entry.path} entry={entry} />
        ))}
      <span className="flex-1" />
      <Link
        href="/settings"
        prefetch={false}
        aria-label={t('{initials}: settings of {name}', { initials, name })}
        title={name}
        className="border-line-strong bg-surface text-text-2 text-note font-strong grid size-[30px] place-items-center rounded-[7px] border coarse:size-11"
      >
        {initials}
      </Link>
    </nav>
  )
}

function RailLink({ entry }: { entry: Entry }): ReactNode {
  return (
    <Link
      href={entry.path}
      prefetch={false}
      aria-current={entry.here ? 'page' : undefined}
      className={clsx(
        'rounded-control text-note relative grid w-16 justify-items-center gap-1 pt-2 pb-1.5 leading-[14px]!',
        entry.here
          ? 'text-text font-medium before:bg-accent before:absolute before:inset-y-2.5 before:-start-1.5 before:w-[3px] before:rounded-e-[2px]'
          : 'text-text-2 hover:text-text',
      )}
    >
      {entry.icon && <Icon of={ICONS[entry.icon]} />}
      {entry.title}
    </Link>
  )
}
