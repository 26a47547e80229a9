'use client'
import { PlainFailure } from './plain-failure'

/** The last resort: the frame itself failed. Plain, because nothing else can be relied on. */
export default function GlobalError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en" style={{ colorScheme: 'light dark' }}>
      <body style={{ font: '14px/20px system-ui', margin: 0 }}>
        <PlainFailure error={error} reset={reset} />
      </body>
    </html>
  )
}
