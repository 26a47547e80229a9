'use client'
export { OnDevice } from './components/on-device'
export { UpdateBar } from './components/update-bar'
