'use client'
import { t } from '@/lib/i18n/t'

/** The last resort: the frame itself failed. Plain, because nothing else can be relied on. */
export default function GlobalError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ font: '14px/20px system-ui', margin: '20vh auto', maxWidth: 420, padding: '0 20px' }}>
        <h1 style={{ fontSize: 22 }}>{t('The page failed')}</h1>
        <p>{error.message}</p>
        <button type="button" onClick={reset}>
          {t('Try again')}
        </button>
      </body>
    </html>
  )
}
