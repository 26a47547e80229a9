import type { ReactNode } from 'react'

interface PageProps {
  title: string
  /** One line under the title. */
  lead?: ReactNode
  /** Meters and buttons on the right. */
  actions?: ReactNode
  children: ReactNode
}

/** A page with the house's padding; the heading takes the focus after a change of route. */
export function Page({ title, lead, actions, children }: PageProps): ReactNode {
  return (
    <div className="mx-auto w-full max-w-[1440px] px-4 pb-10 sm:px-9">
      <header className="flex flex-wrap items-end gap-x-6 gap-y-3 pt-5 pb-4 sm:pt-[26px] sm:pb-[18px]">
        <div className="min-w-0 flex-1 basis-[220px]">
          <h1 tabIndex={-1} data-page-title className="[overflow-wrap:anywhere]">
            {title}
          </h1>
          {lead && <div className="text-text-2">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-end gap-3 max-sm:w-full sm:gap-6">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
