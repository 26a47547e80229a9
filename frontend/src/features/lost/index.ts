'use client'
export { FailedScreen } from './components/failed-screen'
export { NotFound } from './components/not-found'
export { OfflineScreen } from './components/offline-screen'
