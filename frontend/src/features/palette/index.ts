'use client'
export { default as KeysSheet } from './components/keys-sheet'
export { default as Palette } from './components/palette'
