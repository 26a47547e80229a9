import { ChatScreen } from '../screen'

/** One exported shell, `chat/_.html`, for every address below `/chat`; the screen reads the segment from the location. */
export const dynamicParams = false
export const generateStaticParams = () => [{ id: '_' }]

export default function Route() {
  return <ChatScreen />
}
