import { useEffect, useState } from 'react'
import { toTrouble, type Trouble } from '@/lib/api/problem'
import { ChangedMeanwhile, createModel, replaceModel } from '../api/mutations'
import type { ModelDetail } from '../api/types'
import type { Draft } from '../store/deploy'

/** After the last change, so that nobody is corrected in mid-word. */
export const DRY_RUN_MS = 600

export interface Verdict {
  readonly state: 'none' | 'checking' | 'fits' | 'refused'
  readonly trouble?: Trouble
}

const NONE: Verdict = { state: 'none' }

/** What the cluster would say. `ready`: the browser itself has no objection, and there is a connection. */
export function useDryRun(draft: Draft | undefined, model: ModelDetail | undefined, ready: boolean): Verdict {
  const [verdict, setVerdict] = useState(NONE)
  useEffect(() => {
    if (!draft || !ready) return setVerdict(NONE)
    const abort = new AbortController()
    setVerdict(before => (before.state === 'refused' ? before : NONE))
    const timer = setTimeout(() => {
      setVerdict({ state: 'checking' })
      ask(draft, model, abort.signal).then(
        answer => abort.signal.aborted || setVerdict(answer),
        () => undefined,
      )
    }, DRY_RUN_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [draft, model, ready])
  return verdict
}

async function ask(draft: Draft, model: ModelDetail | undefined, signal: AbortSignal): Promise<Verdict> {
  try {
    await (model ? replaceModel(model, draft.spec, true, signal) : createModel(draft.name, draft.spec, true, signal))
    return { state: 'fits' }
  } catch (error) {
    // Somebody else's change is asked about when it is applied.
    if (error instanceof ChangedMeanwhile) return { state: 'fits' }
    return { state: 'refused', trouble: toTrouble(error) }
  }
}
