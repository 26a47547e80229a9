import { KeysScreen } from './screen'

export default function Route() {
  return <KeysScreen />
}
