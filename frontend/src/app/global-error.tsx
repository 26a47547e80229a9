'use client'
import { PlainFailure } from './plain-failure'

/**
 * The last resort: the frame itself failed. Plain, because nothing else can be relied on; and what is drawn anew would
 * write the page's first script again, which the page's own policy refuses, so the page is loaded again instead.
 */
export default function GlobalError({ error }: { error: Error }) {
  return (
    <html lang="en" style={{ colorScheme: 'light dark' }}>
      <body style={{ font: '14px/20px system-ui', margin: 0 }}>
        <PlainFailure error={error} reset={() => location.reload()} />
      </body>
    </html>
  )
}
