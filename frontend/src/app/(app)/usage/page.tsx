import { UsageScreen } from './screen'

export default function Route() {
  return <UsageScreen />
}
