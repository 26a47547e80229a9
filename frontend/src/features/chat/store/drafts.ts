/** Tells the list that a draft was saved or sent. */
import { createNotifier } from '@/lib/runtime/notifier'

const notifier = createNotifier<undefined>()

export const onDrafts = notifier.on
export const tellDrafts = (): void => notifier.tell(undefined)
