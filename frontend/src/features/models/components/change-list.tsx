'use client'
import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import type { Change } from '@/lib/schema-form/value'

const say = (value: unknown): string =>
  value === undefined ? t('not set') : typeof value === 'string' ? value : JSON.stringify(value)

/** What differs, field by field. */
export function ChangeList({ changes, label }: { changes: readonly Change[]; label: string }): ReactNode {
  return (
    <section aria-label={label} className="grid gap-2">
      <h2>{label}</h2>
      <dl className="text-secondary border-line border-t">
        {changes.map(({ name, before, after }) => (
          <div key={name} className="border-line grid gap-0.5 border-b py-2">
            <dt className="mono text-note text-text-3">{name}</dt>
            <dd className="[overflow-wrap:anywhere]">
              <del className="text-text-3">{say(before)}</del>
              <span aria-hidden> → </span>
              <ins className="no-underline">{say(after)}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
