/** What the empty composer says: never that it is closed, always what Enter will do. */
import { t } from '@/lib/i18n/t'
import type { TurnHead } from './heads'

interface Facts {
  readonly online: boolean
  readonly running: TurnHead | undefined
  /** The Model picked sleeps or wakes. */
  readonly held: boolean
  readonly model: string | undefined
}

export function placeholderOf({ online, running, held, model }: Facts): string {
  if (!online) return t('Offline. Enter queues your message.')
  if (running?.phase === 'waking') return t('Write the next message')
  if (running) return t('Write while it answers. Enter queues your message.')
  if (!model) return t('Write; it stays here until a Model is there')
  return held ? t('Ask {model}; it wakes for it', { model }) : t('Ask {model}', { model })
}
