import { SettingsScreen } from './screen'

export default function Route() {
  return <SettingsScreen />
}
