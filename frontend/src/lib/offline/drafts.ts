/** Texts that were typed and not sent, per route and form, on this device only; kept 30 days. */
import { currentStore, type Store } from './store'

export const DRAFT_MS = 30 * 24 * 3_600_000
export const SAVE_AFTER_MS = 300

export async function readDraft(key: string): Promise<string> {
  const draft = await (await currentStore())?.get('drafts', key)
  return draft && Date.now() - draft.savedAt < DRAFT_MS ? draft.text : ''
}

export async function writeDraft(key: string, text: string): Promise<void> {
  const store = await currentStore()
  if (!store) return
  await (text.trim() === '' ? store.delete('drafts', key) : store.put('drafts', { key, text, savedAt: Date.now() }))
}

/** The routes that have a draft. */
export async function draftKeys(): Promise<string[]> {
  return (await (await currentStore())?.getAllKeys('drafts')) ?? []
}

export async function dropOldDrafts(store: Store, now: number): Promise<void> {
  for (const draft of await store.getAll('drafts')) {
    if (now - draft.savedAt >= DRAFT_MS) await store.delete('drafts', draft.key)
  }
}

/** Saves 300 ms after the last keystroke; `flush` saves at once (on leaving). */
export function draftSaver(key: string) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest: string | undefined
  const flush = async () => {
    clearTimeout(timer)
    if (latest === undefined) return
    const text = latest
    latest = undefined
    await writeDraft(key, text)
  }
  return {
    save(text: string) {
      latest = text
      clearTimeout(timer)
      timer = setTimeout(() => void flush(), SAVE_AFTER_MS)
    },
    flush,
  }
}
