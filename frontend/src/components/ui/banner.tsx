import type { ReactNode } from 'react'

/** 36 px across the page: offline, update, assume. One at a time, never over content. */
export function Banner({ children, action }: { children: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <div
      role="status"
      className="border-line bg-sunken text-secondary text-text-2 flex min-h-9 flex-wrap items-center gap-x-3 border-b px-4 py-1"
    >
      <span className="min-w-0 flex-1">{children}</span>
      {action}
    </div>
  )
}
