'use client'
export { InstallCard } from './components/install-card'
export { UpdateBar } from './components/update-bar'
