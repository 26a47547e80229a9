'use client'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { createQueryClient } from '@/lib/api/query'
import { auth, onAuth } from '@/lib/auth/auth'

/** The query cache of whoever is signed in; another tenant or user begins with an empty one. */
export function Providers({ children }: { children: ReactNode }): ReactNode {
  const [client] = useState(createQueryClient)
  useEffect(() => {
    const who = () => `${auth().state().tenant?.id} ${auth().state().user?.id}`
    let last = who()
    return onAuth(() => {
      if (who() !== last) client.clear()
      last = who()
    })
  }, [client])
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}
