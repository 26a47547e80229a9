'use client'
import dynamic from 'next/dynamic'
import { Skeleton } from '@/components/ui/skeleton'

export const UsageScreen = dynamic(() => import('@/features/usage').then(feature => feature.UsageScreen), {
  ssr: false,
  loading: () => <Skeleton rows={6} className="px-4 pt-8 sm:px-9" />,
})
