'use client'
import dynamic from 'next/dynamic'
import { PlainFailure } from '../plain-failure'

interface FailedProps {
  error: Error
  reset: () => void
}

const FailedScreen = dynamic<FailedProps>(
  () => import('@/features/lost').then(feature => feature.FailedScreen).catch(() => PlainFailure),
  { ssr: false },
)

/** A screen that failed leaves the rest of the frame standing. */
export default function Failed({ error, reset }: FailedProps) {
  return <FailedScreen error={error} reset={reset} />
}
