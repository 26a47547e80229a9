'use client'
import dynamic from 'next/dynamic'
import { Skeleton } from '@/components/ui/skeleton'

export const SettingsScreen = dynamic(() => import('@/features/settings').then(feature => feature.SettingsScreen), {
  ssr: false,
  loading: () => <Skeleton rows={6} className="px-4 pt-8 sm:px-9" />,
})
