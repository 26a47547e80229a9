'use client'
import dynamic from 'next/dynamic'
import type { ReactNode } from 'react'
import { useOverlays } from '@/features/shell'

const Sheets = dynamic(() => import('@/features/palette').then(feature => feature.Sheets), { ssr: false })
const OnDevice = dynamic(() => import('@/features/pwa').then(feature => feature.OnDevice), { ssr: false })

/** What lies over every screen; each is loaded when it is first wanted. */
export function Overlays(): ReactNode {
  const { shown, close } = useOverlays()
  return (
    <>
      {shown && <Sheets shown={shown} onClose={close} />}
      <OnDevice />
    </>
  )
}
