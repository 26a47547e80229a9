'use client'
import type { ReactNode } from 'react'
import { Meter } from '@/components/ui/meter'
import { useAuth } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useMostModels } from '../api/queries'
import type { ModelRow } from '../api/types'

/** How many Models the tenant may have. */
export function QuotaMeter({ rows }: { rows: readonly ModelRow[] }): ReactNode {
  const tenant = useAuth().tenant?.name
  const most = useMostModels()
  if (!most) return null
  const own = rows.filter(row => row.tenant === tenant).length
  return (
    <div className="w-[150px] max-sm:w-full">
      <Meter
        label={t('Models')}
        value={t('{own} of {most}', { own, most })}
        share={own / most}
        stopped={t('{own} of {most}, full', { own, most })}
      />
    </div>
  )
}
