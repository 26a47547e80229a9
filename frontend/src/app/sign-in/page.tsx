import { SignInScreen } from '@/features/auth'

export default function Route() {
  return <SignInScreen />
}
