import type { ReactNode } from 'react'

const TICK = 'pointer-events-none absolute size-2.5 border-line-strong'

/** Four survey corners around an empty state or a drop zone. */
export function Corners({ children, className }: { children: ReactNode; className?: string }): ReactNode {
  return (
    <div className={`relative ${className ?? ''}`}>
      <span className={`${TICK} start-0 top-0 border-s border-t`} />
      <span className={`${TICK} end-0 top-0 border-e border-t`} />
      <span className={`${TICK} start-0 bottom-0 border-s border-b`} />
      <span className={`${TICK} end-0 bottom-0 border-e border-b`} />
      {children}
    </div>
  )
}
