'use client'

export { KeysScreen } from './components/keys-screen'
