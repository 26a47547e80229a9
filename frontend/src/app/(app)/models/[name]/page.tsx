import { ModelScreen } from '@/features/models'

/** One exported shell, `models/_.html`, for every address below `/models`; the screen reads the segment from the location. */
export const dynamicParams = false
export const generateStaticParams = () => [{ name: '_' }]

export default function Route() {
  return <ModelScreen />
}
