import { useCallback, useEffect, useState } from 'react'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { currentStore, type Conversation } from '@/lib/offline/store'
import { runtime } from '@/lib/runtime/runtime'
import { useAuth } from '@/lib/auth/use-auth'
import { fetchConversations, listConversations } from '../api/source'

export interface Conversations {
  readonly rows: readonly Conversation[] | undefined
  readonly syncedAt: number | undefined
  readonly kept: boolean
  readonly trouble: Trouble | undefined
  readonly retry: () => void
}

/** Nothing was ever synced: what the server says to that, as an error to show. */
async function whyEmpty(): Promise<Trouble | undefined> {
  try {
    await fetchConversations()
    return undefined
  } catch (error) {
    return toTrouble(error)
  }
}

/** The list, from the device at once and again after every change. */
export function useConversations(): Conversations {
  const { status } = useAuth()
  const [state, setState] = useState<Omit<Conversations, 'retry'>>({
    rows: undefined,
    syncedAt: undefined,
    kept: false,
    trouble: undefined,
  })
  /** Whether there is something to show: the list, or why there is none. */
  const read = useCallback(async (): Promise<boolean> => {
    try {
      const listed = await listConversations()
      // Before the first sync an empty list is not known to be empty.
      const known = listed.rows.length > 0 || listed.syncedAt !== undefined
      if (known) setState({ ...listed, trouble: undefined })
      return known
    } catch (error) {
      setState(old => ({ ...old, trouble: toTrouble(error) }))
      return true
    }
  }, [])
  const first = useCallback(async () => {
    await read()
    await runtime().sync.pull()
    if (await read()) return
    const trouble = await whyEmpty()
    setState(old => ({ ...old, trouble, rows: trouble ? old.rows : [] }))
  }, [read])
  useEffect(() => {
    if (status !== 'signedIn' && status !== 'offline') return
    void first()
    const offSync = runtime().sync.onChange(() => void read())
    // Where nothing may be kept the list comes from the server, which knows a new conversation once it was sent.
    const offOutbox = runtime().outbox.subscribe(() => void currentStore().then(store => (store ? undefined : read())))
    return () => {
      offSync()
      offOutbox()
    }
  }, [status, first, read])
  return { ...state, retry: useCallback(() => void first(), [first]) }
}
