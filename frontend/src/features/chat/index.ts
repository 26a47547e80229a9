'use client'
export { ChatScreen } from './components/chat-screen'
