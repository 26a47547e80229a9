'use client'
export { HomeScreen } from './components/home-screen'
