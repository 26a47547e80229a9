/** Mutations of the outbox as `POST /sync/push` wants them, and its results as the outbox does. */
import { api, unwrap } from '../api/client'
import { fromProblem } from '../api/problem'
import type { MutationBody, OutboxItem } from '../offline/outbox'
import type { PushResult } from '../offline/outbox-runner'
import { currentStore, type Conversation } from '../offline/store'

export async function pushMutations(items: readonly OutboxItem[]): Promise<readonly PushResult[]> {
  const mutations = items.map(item => {
    const body = item.body as MutationBody
    return { op_id: item.id, kind: body.kind, id: body.target, base_rev: body.baseRev, fields: { ...body.fields } }
  })
  const { results } = await unwrap(api().POST('/api/v1/sync/push', { body: { mutations } }))
  const store = await currentStore()
  for (const { row } of results) if (row && 'title' in row) await store?.put('conversations', row as Conversation)
  return results.map(({ op_id, status, problem }) => ({
    op_id,
    ...(status === 'rejected' && { trouble: fromProblem(Number(problem?.status ?? 422), problem) }),
  }))
}
