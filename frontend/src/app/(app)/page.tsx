import { HomeScreen } from './screen'

export default function Route() {
  return <HomeScreen />
}
