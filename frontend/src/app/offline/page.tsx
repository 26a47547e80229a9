import { OfflineScreen } from '../lost'

export default function Route() {
  return <OfflineScreen />
}
