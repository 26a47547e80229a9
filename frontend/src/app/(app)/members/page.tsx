import { MembersScreen } from './screen'

export default function Route() {
  return <MembersScreen />
}
