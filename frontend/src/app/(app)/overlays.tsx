'use client'
import dynamic from 'next/dynamic'
import type { ReactNode } from 'react'
import { useOverlays } from '@/features/shell'

const Palette = dynamic(() => import('@/features/palette').then(feature => feature.Palette), { ssr: false })
const KeysSheet = dynamic(() => import('@/features/palette').then(feature => feature.KeysSheet), { ssr: false })
const OnDevice = dynamic(() => import('@/features/pwa').then(feature => feature.OnDevice), { ssr: false })

/** What lies over every screen; each is loaded when it is first wanted. */
export function Overlays(): ReactNode {
  const { shown, close } = useOverlays()
  return (
    <>
      {shown === 'palette' && <Palette open onClose={close} />}
      {shown === 'keys' && <KeysSheet open onClose={close} />}
      <OnDevice />
    </>
  )
}
