import { DeployScreen } from '@/features/models'

export default function Route() {
  return <DeployScreen />
}
