import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'

/** What the lifeline's marks mean, and how fresh the list is. */
export function Legend({ requests, children }: { requests: boolean; children?: ReactNode }): ReactNode {
  return (
    <div className="text-note text-text-3 flex flex-wrap gap-x-[22px] gap-y-2 pt-4">
      {requests && (
        <Mark words={t('Requests')}>
          <path d="M1 11V6M5 11V3M9 11V5M13 11V2M17 11V6" stroke="var(--ready-fill)" strokeWidth="2.4" opacity=".55" />
        </Mark>
      )}
      <Mark words={t('Serving')}>
        <path d="M0 9h22" stroke="var(--ready-fill)" strokeWidth="3" />
      </Mark>
      <Mark words={t('With a problem')}>
        <path d="M0 9h22" stroke="var(--degraded-fill)" strokeWidth="3" />
      </Mark>
      <Mark words={t('Asleep')}>
        <path d="M1 9h20" stroke="var(--asleep-fill)" strokeWidth="1.5" strokeDasharray="1.5 4" strokeLinecap="round" />
      </Mark>
      <Mark words={t('Waking up')} width={12}>
        <path d="M1 12 6 4M6 12l5-8" stroke="var(--waking-fill)" strokeWidth="2" />
      </Mark>
      <Mark words={t('Failed')}>
        <path d="M0 9h22" stroke="var(--failed-fill)" strokeWidth="3" />
        <path d="M8 2l5 5m0-5-5 5" stroke="var(--failed-fill)" strokeWidth="1.8" />
      </Mark>
      <Mark words={t('New revision')} width={10}>
        <path d="M5 3l4 4-4 4-4-4z" fill="var(--text-2)" />
      </Mark>
      {requests && (
        <Mark words={t('Errors, below the line')} width={14}>
          <path d="M1 9h4v4H1zM8 9h4v5H8z" fill="var(--failed-fill)" />
        </Mark>
      )}
      {children && <span className="num ms-auto">{children}</span>}
    </div>
  )
}

function Mark({ words, width = 22, children }: { words: string; width?: number; children: ReactNode }): ReactNode {
  return (
    <span className="flex items-center gap-1.5">
      <svg width={width} height="14" aria-hidden>
        {children}
      </svg>
      {words}
    </span>
  )
}
