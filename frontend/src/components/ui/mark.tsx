import type { ReactNode } from 'react'

/** A plot on a survey map: divided, one corner owned. */
export function Mark({ size = 26 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden>
      <path d="M3 3h20v20H3z" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M3 12.5h10.5V23H3z" fill="currentColor" />
      <path d="M13.5 3v9.5H23" fill="none" stroke="currentColor" strokeWidth="1.8" />
    </svg>
  )
}
