import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'

/** Lines of the final geometry, after 150 ms only, without shimmer. `rows` of `height` px. */
export function Skeleton({
  rows = 3,
  height = 20,
  className,
}: {
  rows?: number
  height?: number
  className?: string
}): ReactNode {
  return (
    <div role="status" className={`skeleton grid gap-3 ${className ?? ''}`}>
      <span className="sr-only">{t('Loading')}</span>
      {Array.from({ length: rows }, (_, at) => (
        <span
          key={at}
          className="bg-sunken rounded-code block"
          style={{ height, width: at % 3 === 2 ? '60%' : '100%' }}
        />
      ))}
    </div>
  )
}
