import { useEffect, useState } from 'react'
import { useAuth } from '@/lib/auth/use-auth'
import { draftKeys } from '@/lib/offline/drafts'
import { onDrafts } from '../store/drafts'

export const draftKey = (conversation: string | undefined): string => `chat:${conversation ?? 'new'}`

const PREFIX = draftKey('')
const NONE: ReadonlySet<string> = new Set()

/** Conversations with an unsent text on this device. */
export function useDraftIds(): ReadonlySet<string> {
  const [ids, setIds] = useState(NONE)
  const { status } = useAuth()
  useEffect(() => {
    // Before anybody is signed in there is no store to read.
    if (status === 'loading') return
    const read = () =>
      void draftKeys().then(keys =>
        setIds(new Set(keys.filter(key => key.startsWith(PREFIX)).map(key => key.slice(PREFIX.length)))),
      )
    read()
    return onDrafts(read)
  }, [status])
  return ids
}
