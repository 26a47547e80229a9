'use client'
import dynamic from 'next/dynamic'

/** Loaded when needed: every page carries its "not found", which must not weigh on it. */
export const NotFound = dynamic(() => import('@/features/lost').then(feature => feature.NotFound), { ssr: false })
export const OfflineScreen = dynamic(() => import('@/features/lost').then(feature => feature.OfflineScreen), {
  ssr: false,
})
