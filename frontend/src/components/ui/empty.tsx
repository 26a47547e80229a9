import type { ReactNode } from 'react'
import { Corners } from './corners'

/** One sentence and one action; no picture. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <Corners className="mx-auto my-8 grid max-w-[520px] justify-items-center gap-4 px-8 py-10 text-center">
      <div className="text-text-2">{children}</div>
      {action}
    </Corners>
  )
}
