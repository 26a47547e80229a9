import { useCallback, useState } from 'react'
import { toast } from '@/components/ui/toast'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { browserTarget, exportCsv } from '../api/export'
import type { Asked } from '../api/shapes'

/** Saves the days as CSV, one file at a time. */
export function useExport({ from, to, scope }: Asked) {
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const run = useCallback(async () => {
    setBusy(true)
    setTrouble(undefined)
    try {
      const how = await exportCsv({ from, to, scope }, browserTarget())
      if (how === 'saved') toast(t('Usage is saved as CSV.'))
    } catch (error) {
      setTrouble(toTrouble(error))
    } finally {
      setBusy(false)
    }
  }, [from, to, scope])
  return { busy, trouble, run }
}
