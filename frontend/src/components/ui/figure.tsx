import type { ReactNode } from 'react'

/** A label, the figure with its unit, one line of context. At most three side by side. */
export function Figure({ label, value, children }: { label: string; value: string; children?: ReactNode }): ReactNode {
  return (
    <div>
      <div className="text-text-2">{label}</div>
      <div className="num text-figure font-[540] tracking-[-0.022em]">{value}</div>
      {children && <div className="num text-secondary text-text-3 flex flex-wrap items-center gap-x-2">{children}</div>}
    </div>
  )
}
