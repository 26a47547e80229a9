'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { useAuth } from '@/lib/auth/use-auth'

/**
 * Sends one of the sign-in forms. It waits until the page can answer a press and knows whether somebody is signed in
 * already: an earlier press would be lost, or the browser would send the form itself, its password in the address.
 */
export function Submit({ busy, children }: { busy: boolean; children: ReactNode }): ReactNode {
  const { status } = useAuth()
  return (
    <Button type="submit" tone="primary" busy={busy} disabled={status === 'loading'} className="mt-1 w-full">
      {children}
    </Button>
  )
}
