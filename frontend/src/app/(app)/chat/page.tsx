import { ChatScreen } from './screen'

export default function Route() {
  return <ChatScreen />
}
