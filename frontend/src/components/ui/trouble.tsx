'use client'
import type { ReactNode } from 'react'
import type { Trouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { Button } from './button'

const WHOSE: Readonly<Record<Trouble['whose'], () => string>> = {
  you: () => t('Something to change here'),
  limit: () => t('A limit was reached'),
  cluster: () => t('The cluster could not do it'),
  network: () => t('No connection'),
}

/** An error in place: what, whose, what to do, and the request id last. Retry keeps everything else on the page. */
export function TroubleNote({
  trouble,
  onRetry,
  children,
}: {
  trouble: Trouble
  onRetry?: () => void
  children?: ReactNode
}): ReactNode {
  return (
    <div role="alert" className="border-failed-fill bg-surface grid gap-1.5 border-s-[3px] py-3 ps-4 pe-3">
      <p className="font-medium">{WHOSE[trouble.whose]()}</p>
      <p className="text-text-2 [overflow-wrap:anywhere]">{trouble.what}</p>
      {trouble.action && <p className="text-text-2">{trouble.action}</p>}
      <div className="flex flex-wrap items-center gap-3 pt-1">
        {onRetry && (
          <Button small onClick={onRetry}>
            {t('Try again')}
          </Button>
        )}
        {children}
        {trouble.requestId && <RequestId id={trouble.requestId} />}
      </div>
    </div>
  )
}

function RequestId({ id }: { id: string }): ReactNode {
  return (
    <button
      type="button"
      className="mono text-note text-text-3 hover:text-text"
      title={t('Copy the request id')}
      onClick={() => void navigator.clipboard.writeText(id)}
    >
      {t('Request {id}', { id })}
    </button>
  )
}

/** The "forbidden" state: which role is needed. */
export function Forbidden({ role }: { role: string }): ReactNode {
  return (
    <div className="text-text-2 py-10">
      <h1 data-page-title tabIndex={-1} className="text-section! text-text mb-1">
        {t('This page needs the role {role}.', { role })}
      </h1>
      <p>{t('An admin of your tenant can give it to you, under Members.')}</p>
    </div>
  )
}
