'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'

interface PartProps<T> {
  query: UseQueryResult<T>
  children: (data: T) => ReactNode
}

/** A part of the page that is read for itself: loading, trouble in place, and old data that stays. */
export function Part<T>({ query, children }: PartProps<T>): ReactNode {
  const { data, error, isPending, dataUpdatedAt, refetch } = query
  return (
    <>
      {error && (
        <div className="pb-4">
          <TroubleNote trouble={toTrouble(error)} onRetry={() => void refetch()}>
            {data !== undefined &&
              t('Below is what was known {when}.', { when: ago(new Date(dataUpdatedAt), new Date()) })}
          </TroubleNote>
        </div>
      )}
      {isPending && !error && <Skeleton rows={5} height={28} />}
      {data !== undefined && children(data)}
    </>
  )
}
