'use client'
import { useState, type ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { Segmented } from '@/components/ui/tabs'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { useSnippets } from '../api/queries'
import type { Snippets } from '../api/types'
import { CodeBlock } from './copy-line'

type Kind = keyof Snippets

/** How to call it from elsewhere, with this installation's address. */
export function SnippetsBox({ name }: { name: string }): ReactNode {
  const { data, error, refetch } = useSnippets(name)
  const [kind, setKind] = useState<Kind>('curl')
  const options = [
    { id: 'curl', label: 'curl' },
    { id: 'python', label: 'Python' },
    { id: 'kubectl', label: 'kubectl' },
  ]
  return (
    <section aria-labelledby="call" className="min-w-0">
      <div className="flex flex-wrap items-center justify-between gap-3 pb-3">
        <h2 id="call">{t('Call it')}</h2>
        <Segmented options={options} active={kind} onChange={id => setKind(id as Kind)} label={t('Language')} />
      </div>
      {error ? (
        <TroubleNote trouble={toTrouble(error)} onRetry={() => void refetch()} />
      ) : data ? (
        <CodeBlock text={data[kind]} label={t('Code')} />
      ) : (
        <Skeleton rows={5} />
      )}
      <p className="text-note text-text-3 pt-2">
        {t('$FREEHOLD_API_KEY stands for a key of yours; make one under Keys.')}
      </p>
    </section>
  )
}
