'use client'

export { UsageScreen } from './components/usage-screen'
