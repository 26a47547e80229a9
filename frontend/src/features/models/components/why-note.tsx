'use client'
import type { ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { useAuth, useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useModel } from '../api/queries'
import { causeOf, remedyOf } from '../words'
import { CopyLine } from './copy-line'

/** Why a failed Model failed, in its row: sentence, command, remedy. The detail page says more. */
export function WhyNote({ name, fallback }: { name: string; fallback: string }): ReactNode {
  const mayWrite = useCan('models.write')
  const mayLook = useCan('models.inspect')
  const tenant = useAuth().tenant?.name
  const { data } = useModel(name)
  const cause = data && causeOf(data.conditions)
  const remedy = cause && remedyOf(cause.reason)
  const message = data?.last_failure?.message || cause?.message || fallback
  return (
    <div className="grid grid-cols-1 items-start gap-x-7 gap-y-3 pt-1 pb-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
      <p className="max-w-[52ch] [overflow-wrap:anywhere]">
        {[remedy?.what, message !== remedy?.what && message, remedy?.fix].filter(Boolean).join(' ')}
      </p>
      <CopyLine text={describeCommand(name, tenant)} label={t('Copy the command')} />
      <div className="flex flex-wrap gap-2">
        {mayLook && (
          <ButtonLink tone={remedy?.where === 'logs' ? 'plain' : 'ghost'} href={`/models/${name}?tab=logs`}>
            {t('Show the log')}
          </ButtonLink>
        )}
        {mayWrite && (
          <ButtonLink tone={remedy?.where === 'logs' ? 'ghost' : 'plain'} href={`/deploy?model=${name}`}>
            {t('Edit')}
          </ButtonLink>
        )}
      </div>
    </div>
  )
}

export function describeCommand(name: string, tenant: string | undefined): string {
  return `kubectl describe model ${name}${tenant ? ` -n tenant-${tenant}` : ''}`
}
