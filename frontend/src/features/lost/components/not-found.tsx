'use client'
import { useSyncExternalStore, type ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Mark } from '@/components/ui/mark'
import { t } from '@/lib/i18n/t'
import { nearestRoute } from '../nearest'

const never = () => () => undefined

/** A wrong address: the nearest one that exists. */
export function NotFound(): ReactNode {
  const path = useSyncExternalStore(
    never,
    () => location.pathname,
    () => '',
  )
  const near = path ? nearestRoute(path) : undefined
  return (
    <main className="mx-auto grid max-w-[420px] gap-3 px-5 pt-[22dvh]">
      <Mark size={34} />
      <h1 className="mt-3">{t('There is nothing at this address')}</h1>
      {path && <p className="mono text-secondary text-text-2 [overflow-wrap:anywhere]">{path}</p>}
      <div className="mt-3 flex flex-wrap gap-2">
        {near?.title && (
          <ButtonLink href={near.path} tone="primary">
            {t('Go to {place}', { place: t(near.title) })}
          </ButtonLink>
        )}
        {near?.path !== '/' && <ButtonLink href="/">{t('Home')}</ButtonLink>}
      </div>
    </main>
  )
}
