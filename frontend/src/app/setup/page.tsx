import { SetupScreen } from '@/features/auth'

export default function Route() {
  return <SetupScreen />
}
