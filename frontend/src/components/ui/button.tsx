import clsx from 'clsx'
import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'

export type ButtonTone = 'primary' | 'plain' | 'ghost' | 'ink' | 'danger'

interface Look {
  tone?: ButtonTone
  small?: boolean
  icon?: ReactNode
}

const TONES: Readonly<Record<ButtonTone, string>> = {
  primary: 'bg-accent border-accent text-on-accent hover:opacity-90',
  plain: 'bg-surface border-line-strong text-text hover:border-text-2',
  ghost: 'border-transparent bg-transparent text-text-2 hover:text-text hover:bg-sunken px-2 font-normal',
  ink: 'bg-text border-text text-bg hover:opacity-90',
  danger: 'bg-surface border-failed-fill text-failed hover:bg-failed-soft',
}

export function buttonLook({ tone = 'plain', small }: Look): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-2 border font-medium whitespace-nowrap transition-colors duration-120 ease-house select-none',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:opacity-55 coarse:min-h-11',
    small ? 'h-7 rounded-[7px] px-2.5 text-secondary' : 'h-9 rounded-control px-3.5 text-body compact:h-[30px]',
    TONES[tone],
  )
}

/** One accent-filled (`primary`) button a view. `busy` keeps the width and says so to readers. */
export function Button({
  tone,
  small,
  icon,
  busy,
  children,
  className,
  ...rest
}: Look & { busy?: boolean } & ComponentProps<'button'>): ReactNode {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      {...rest}
      disabled={rest.disabled || busy}
      className={clsx(buttonLook({ tone, small } as Look), className)}
    >
      {icon}
      {children}
    </button>
  )
}

export function ButtonLink({
  tone,
  small,
  icon,
  children,
  className,
  ...rest
}: Look & ComponentProps<typeof Link>): ReactNode {
  return (
    <Link prefetch={false} {...rest} className={clsx(buttonLook({ tone, small } as Look), className)}>
      {icon}
      {children}
    </Link>
  )
}

/** An icon alone; its word is for readers and the tooltip. */
export function IconButton({
  label,
  icon,
  className,
  ...rest
}: { label: string; icon: ReactNode } & ComponentProps<'button'>): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx(
        'text-text-2 hover:text-text hover:bg-sunken rounded-control grid size-[34px] shrink-0 place-items-center transition-colors duration-120 disabled:opacity-55 coarse:size-11',
        className,
      )}
    >
      {icon}
    </button>
  )
}
