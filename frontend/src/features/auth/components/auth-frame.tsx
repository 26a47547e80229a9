import type { ReactNode } from 'react'
import { Mark } from '@/components/ui/mark'

/** The page of somebody who is not signed in yet: the mark, one column, nothing else. */
export function AuthFrame({
  title,
  lead,
  children,
  foot,
}: {
  title: string
  lead?: ReactNode
  children: ReactNode
  foot?: ReactNode
}): ReactNode {
  return (
    <main className="grid min-h-dvh grid-rows-[1fr_auto_2fr] px-5">
      <span />
      <div className="mx-auto w-full max-w-[360px] py-8">
        <Mark size={34} />
        <h1 className="mt-6">{title}</h1>
        {lead && <p className="text-text-2 mt-1">{lead}</p>}
        <div className="mt-7">{children}</div>
        {foot && <div className="text-secondary text-text-3 mt-8">{foot}</div>}
      </div>
      <span />
    </main>
  )
}
