import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useAuth } from '@/lib/auth/use-auth'
import { nextPath } from '../rules'

/** Leaves a sign-in page as soon as somebody is signed in. */
export function useArrived(): void {
  const { status } = useAuth()
  const router = useRouter()
  useEffect(() => {
    if (status === 'signedIn') router.replace(nextPath(location.search))
  }, [status, router])
}
