'use client'
import dynamic from 'next/dynamic'
import { Skeleton } from '@/components/ui/skeleton'

export const ChatScreen = dynamic(() => import('@/features/chat').then(feature => feature.ChatScreen), {
  ssr: false,
  loading: () => <Skeleton rows={6} className="p-9" />,
})
