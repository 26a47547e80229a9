import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from '@/components/ui/toast'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { modelKeys } from '../api/keys'
import { ChangedMeanwhile, createModel, replaceModel } from '../api/mutations'
import type { ModelDetail } from '../api/types'
import type { Draft } from '../store/deploy'

export interface Apply {
  readonly busy: boolean
  readonly trouble: Trouble | undefined
  /** Somebody else changed it meanwhile: shown before it is applied all the same. */
  readonly changed: ChangedMeanwhile | undefined
  readonly run: (draft: Draft, model: ModelDetail | undefined) => Promise<void>
  readonly clear: () => void
}

export function useApply(done: () => Promise<void>): Apply {
  const client = useQueryClient()
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const [changed, setChanged] = useState<ChangedMeanwhile>()
  async function run(draft: Draft, model: ModelDetail | undefined): Promise<void> {
    setBusy(true)
    setTrouble(undefined)
    setChanged(undefined)
    try {
      const made = await (model ? replaceModel(model, draft.spec) : createModel(draft.name, draft.spec))
      await done()
      toast(model ? t('{name} is changed', { name: made.name }) : t('{name} is deployed', { name: made.name }))
      void client.invalidateQueries({ queryKey: modelKeys.all() })
      router.push(`/models/${made.name}`)
    } catch (error) {
      if (error instanceof ChangedMeanwhile) setChanged(error)
      else setTrouble(toTrouble(error))
    } finally {
      setBusy(false)
    }
  }
  return { busy, trouble, changed, run, clear: () => setTrouble(undefined) }
}
