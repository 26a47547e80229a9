import { useCallback } from 'react'
import { useCan } from '@/lib/auth/use-auth'
import { moveTo, useSearch } from '@/lib/route/segment'
import { viewOf, withChoice, type Rights, type View } from '../store/view'

/** What is to be seen lives in the address, so that a link shows the same. */
export function useView(): { view: View; rights: Rights; choose: (name: string, value: string) => void } {
  const search = useSearch()
  const rights = { tenant: useCan('usage.tenant'), admin: useCan('tenant.admin') }
  const choose = useCallback((name: string, value: string) => {
    moveTo(withChoice(new URLSearchParams(location.search), name, value), 'replace')
  }, [])
  return { view: viewOf(search, rights), rights, choose }
}
