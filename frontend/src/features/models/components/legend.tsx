import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'

const ROW = 'flex items-center gap-1.5'

/** What the lifeline's marks mean, and how fresh the list is. */
export function Legend({ requests, children }: { requests: boolean; children?: ReactNode }): ReactNode {
  return (
    <div className="text-note text-text-3 flex flex-wrap gap-x-[22px] gap-y-2 pt-4">
      {requests && (
        <span className={ROW}>
          <svg width="22" height="14" aria-hidden>
            <path
              d="M1 11V6M5 11V3M9 11V5M13 11V2M17 11V6"
              stroke="var(--ready-fill)"
              strokeWidth="2.4"
              opacity=".55"
            />
          </svg>
          {t('Requests')}
        </span>
      )}
      <span className={ROW}>
        <svg width="22" height="14" aria-hidden>
          <path d="M0 9h22" stroke="var(--ready-fill)" strokeWidth="3" />
        </svg>
        {t('Serving')}
      </span>
      <span className={ROW}>
        <svg width="22" height="14" aria-hidden>
          <path d="M0 9h22" stroke="var(--degraded-fill)" strokeWidth="3" />
        </svg>
        {t('With a problem')}
      </span>
      <span className={ROW}>
        <svg width="22" height="14" aria-hidden>
          <path
            d="M1 9h20"
            stroke="var(--asleep-fill)"
            strokeWidth="1.5"
            strokeDasharray="1.5 4"
            strokeLinecap="round"
          />
        </svg>
        {t('Asleep')}
      </span>
      <span className={ROW}>
        <svg width="12" height="14" aria-hidden>
          <path d="M1 12 6 4M6 12l5-8" stroke="var(--waking-fill)" strokeWidth="2" />
        </svg>
        {t('Waking up')}
      </span>
      <span className={ROW}>
        <svg width="22" height="14" aria-hidden>
          <path d="M0 9h22" stroke="var(--failed-fill)" strokeWidth="3" />
          <path d="M8 2l5 5m0-5-5 5" stroke="var(--failed-fill)" strokeWidth="1.8" />
        </svg>
        {t('Failed')}
      </span>
      <span className={ROW}>
        <svg width="10" height="14" aria-hidden>
          <path d="M5 3l4 4-4 4-4-4z" fill="var(--text-2)" />
        </svg>
        {t('New revision')}
      </span>
      {requests && (
        <span className={ROW}>
          <svg width="14" height="14" aria-hidden>
            <path d="M1 9h4v4H1zM8 9h4v5H8z" fill="var(--failed-fill)" />
          </svg>
          {t('Errors, below the line')}
        </span>
      )}
      {children && <span className="num ms-auto">{children}</span>}
    </div>
  )
}
