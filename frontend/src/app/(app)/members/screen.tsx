'use client'
import dynamic from 'next/dynamic'
import { Skeleton } from '@/components/ui/skeleton'

export const MembersScreen = dynamic(() => import('@/features/members').then(feature => feature.MembersScreen), {
  ssr: false,
  loading: () => <Skeleton rows={6} className="px-4 pt-8 sm:px-9" />,
})
