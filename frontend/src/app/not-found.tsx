import { NotFound } from './lost'

export default function Route() {
  return <NotFound />
}
