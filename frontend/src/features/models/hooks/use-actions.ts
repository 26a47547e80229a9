/** Scale, suspend, resume: shown at once, with undo for 6 s; a refusal takes the change back and says why in place. */
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { toast } from '@/components/ui/toast'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { modelKeys } from '../api/keys'
import { showAtOnce } from '../api/live'
import { resumeModel, scaleModel, suspendModel } from '../api/mutations'
import type { ModelRow } from '../api/types'
import { useDialogs } from '../store/dialogs'

export interface Actions {
  suspend(row: ModelRow): Promise<void>
  resume(row: ModelRow): Promise<void>
  scale(row: ModelRow, replicas: number): Promise<void>
}

interface Step {
  readonly row: ModelRow
  readonly change: Partial<ModelRow>
  readonly write: () => Promise<unknown>
  readonly said: string
  readonly undo?: () => void
}

export function useActions(): Actions {
  const client = useQueryClient()
  return useMemo(() => {
    async function take(step: Step): Promise<void> {
      const { name } = step.row
      useDialogs.getState().refuse(undefined)
      const takeBack = showAtOnce(client, name, step.change)
      try {
        await step.write()
        toast(step.said, step.undo)
      } catch (error) {
        takeBack()
        useDialogs.getState().refuse({ name, trouble: toTrouble(error), again: () => void take(step) })
      }
      await client.invalidateQueries({ queryKey: modelKeys.all() })
    }
    const actions: Actions = {
      suspend: row =>
        take({
          row,
          change: { phase: 'Suspended', reason: 'Suspended', message: '' },
          write: () => suspendModel(row.name),
          said: t('{name} is suspended', { name: row.name }),
          undo: () => void actions.resume(row),
        }),
      resume: row =>
        take({
          row,
          change: { phase: 'Loading', reason: 'Starting', message: '' },
          write: () => resumeModel(row.name),
          said: t('{name} is resumed', { name: row.name }),
          undo: () => void actions.suspend(row),
        }),
      scale: (row, replicas) =>
        take({
          row,
          change: { replicas: { ...row.replicas, desired: replicas } },
          write: () => scaleModel(row.name, replicas),
          said: t('{name} is scaled to {replicas}', { name: row.name, replicas }),
          undo: () =>
            void actions.scale({ ...row, replicas: { ...row.replicas, desired: replicas } }, row.replicas.desired),
        }),
    }
    return actions
  }, [client])
}
