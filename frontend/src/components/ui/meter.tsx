import type { ReactNode } from 'react'

/** "5 of 8" over a bar that warns at 80 % and stops at 100 %. */
export function Meter({
  label,
  value,
  share,
  stopped,
}: {
  label: string
  value: string
  share: number
  stopped?: string
}): ReactNode {
  const full = share >= 1
  const fill = full ? 'bg-failed-fill' : share >= 0.8 ? 'bg-waking-fill' : 'bg-text-2'
  return (
    <div className="text-note text-text-2 grid min-w-[110px] gap-[5px] whitespace-nowrap">
      <span className="num flex justify-between gap-4">
        <span>{label}</span>
        <span>{full && stopped ? stopped : value}</span>
      </span>
      <span
        className="bg-line h-1 overflow-hidden rounded-[2px]"
        role="meter"
        aria-label={label}
        aria-valuetext={value}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(Math.min(1, share) * 100)}
      >
        <span className={`block h-full rounded-[2px] ${fill}`} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
    </div>
  )
}

/** How far something has come; without a share it only says that it goes on. */
export function Progress({
  share,
  label,
  className,
}: {
  share: number | null
  label: string
  className?: string
}): ReactNode {
  const known = share !== null
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known && { 'aria-valuenow': Math.round(share * 100) })}
      className={`block h-1 overflow-hidden rounded-[2px] bg-[color-mix(in_oklch,var(--waking-fill)_22%,transparent)] ${className ?? ''}`}
    >
      <span
        className="bg-waking-fill block h-full rounded-[2px] transition-[width] duration-180"
        style={{ width: known ? `${share * 100}%` : '33%' }}
      />
    </span>
  )
}
