'use client'
import dynamic from 'next/dynamic'

export const Update = dynamic(() => import('@/features/pwa').then(feature => feature.UpdateBar), { ssr: false })
