'use client'

export { MembersScreen } from './components/members-screen'
