'use client'
export { SettingsScreen } from './components/settings-screen'
