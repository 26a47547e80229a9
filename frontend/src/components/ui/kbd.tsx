import type { ReactNode } from 'react'

export function Kbd({ children }: { children: ReactNode }): ReactNode {
  return <kbd className="mono border-line bg-bg text-text-3 text-note rounded-code border px-[5px]">{children}</kbd>
}
