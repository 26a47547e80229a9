'use client'
export { InviteScreen } from './components/invite-screen'
export { SetupScreen } from './components/setup-screen'
export { SignInScreen } from './components/sign-in-screen'
