import { t } from '@/lib/i18n/t'

/** What can be said of a failure with nothing but this file: no style sheet, no further script. */
export function PlainFailure({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <div role="alert" style={{ margin: '16vh auto 0', maxWidth: 420, padding: '0 20px' }}>
      <h1 style={{ fontSize: 22, lineHeight: '28px', margin: '0 0 8px' }}>{t('The page failed')}</h1>
      <p style={{ margin: '0 0 4px' }}>{error.message}</p>
      <p style={{ margin: '0 0 20px' }}>{t('Check the connection, then try again.')}</p>
      <button
        type="button"
        onClick={reset}
        style={{ height: 36, padding: '0 14px', border: '1px solid', borderRadius: 8, font: 'inherit' }}
      >
        {t('Try again')}
      </button>
    </div>
  )
}
