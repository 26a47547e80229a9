'use client'
export { Shell } from './components/shell'
export { useOverlays } from './store/overlays'
