import { ModelsScreen } from '@/features/models'

export default function Route() {
  return <ModelsScreen />
}
