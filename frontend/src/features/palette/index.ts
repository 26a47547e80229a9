'use client'
export { Sheets } from './components/sheets'
