import { useEffect, useState } from 'react'
import type { Trouble } from '@/lib/api/problem'
import { tailLog } from '../api/logs'
import { EMPTY_LOG, withLines, type LogBuffer } from '../store/log-buffer'

export interface LogTail {
  readonly buffer: LogBuffer
  readonly state: 'opening' | 'open' | 'ended' | 'broken'
  readonly trouble: Trouble | undefined
}

const FRESH: LogTail = { buffer: EMPTY_LOG, state: 'opening', trouble: undefined }

/** The lines of one Model's log while the tab is shown; another choice begins anew. `again` is a counter of retries. */
export function useLogTail(name: string, pod: string, previous: boolean, again: number): LogTail {
  const [tail, setTail] = useState(FRESH)
  useEffect(() => {
    const abort = new AbortController()
    setTail(FRESH)
    void tailLog(
      name,
      { pod, previous },
      {
        onLines: lines => setTail(before => ({ ...before, buffer: withLines(before.buffer, lines) })),
        onState: (state, trouble) => setTail(before => ({ ...before, state, trouble })),
      },
      abort.signal,
    )
    return () => abort.abort()
  }, [name, pod, previous, again])
  return tail
}
