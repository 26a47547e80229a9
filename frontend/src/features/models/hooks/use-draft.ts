import { useEffect, useMemo, useRef, useState } from 'react'
import { auth } from '@/lib/auth/auth'
import { useAuth } from '@/lib/auth/use-auth'
import { draftSaver, readDraft, writeDraft } from '@/lib/offline/drafts'
import { bindStore } from '@/lib/offline/store'
import { readStored, type Draft } from '../store/deploy'

export interface DraftState {
  readonly draft: Draft
  readonly change: (next: Draft) => void
  /** What was typed here before and not applied came back. */
  readonly restored: boolean
  readonly startOver: () => void
  /** It was applied: nothing to keep. */
  readonly forget: () => Promise<void>
}

/** The form's content, kept on this device until it is applied. `first` is what the form begins with. */
export function useDraft(key: string, first: Draft): DraftState {
  const [draft, setDraft] = useState(first)
  const [restored, setRestored] = useState(false)
  const begun = useRef(first)
  const touched = useRef(false)
  const saver = useMemo(() => draftSaver(key), [key])
  const owner = useAuth().user?.id
  useEffect(() => {
    if (!owner) return
    bindStore(auth().state()) // free where the boot has done it already
    void readDraft(key).then(text => {
      const stored = readStored(text)
      if (!stored || touched.current) return
      setDraft(stored)
      setRestored(true)
    })
    return () => void saver.flush()
  }, [key, saver, owner])
  return {
    draft,
    restored,
    change(next) {
      touched.current = true
      setDraft(next)
      saver.save(JSON.stringify(next))
    },
    startOver() {
      setDraft(begun.current)
      setRestored(false)
      saver.save('')
    },
    async forget() {
      saver.save('')
      await saver.flush()
      await writeDraft(key, '')
    },
  }
}
