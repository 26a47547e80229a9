import { InviteScreen } from '@/features/auth'

export default function Route() {
  return <InviteScreen />
}
