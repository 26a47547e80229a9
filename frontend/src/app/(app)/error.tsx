'use client'
import dynamic from 'next/dynamic'

const FailedScreen = dynamic(() => import('@/features/lost').then(feature => feature.FailedScreen), { ssr: false })

/** A screen that failed leaves the rest of the frame standing. */
export default function Failed({ error, reset }: { error: Error; reset: () => void }) {
  return <FailedScreen error={error} reset={reset} />
}
