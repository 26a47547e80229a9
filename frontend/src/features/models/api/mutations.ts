/** Everything that these screens change. Nothing is ever queued: without a connection it is refused, with a reason. */
import { api, unwrap, type Schemas } from '@/lib/api/client'
import { ProblemError } from '@/lib/api/problem'
import { changes, same, type Change } from '@/lib/schema-form/value'
import { readModel } from './queries'
import type { ModelDetail, Spec } from './types'

const STALE_TRIES = 3

/** Somebody else changed the spec meanwhile: nothing was written. */
export class ChangedMeanwhile extends Error {
  readonly live: ModelDetail
  readonly theirs: readonly Change[]
  constructor(live: ModelDetail, before: Spec) {
    super('the Model was changed meanwhile')
    this.name = 'ChangedMeanwhile'
    this.live = live
    this.theirs = changes(before, live.spec)
  }
}

const isStale = (error: unknown): boolean => error instanceof ProblemError && error.trouble.status === 412

/** `replicas` belongs to the autoscaler in all modes but Fixed; there its change is no conflict. */
function wanted({ spec, replicas }: ModelDetail): Spec {
  return replicas.mode === 'Fixed' ? spec : { ...spec, replicas: undefined }
}

/**
 * Runs a conditional write. A Model's version also moves with its status, so a stale version alone is no conflict: only
 * a spec that differs from the one that was read is.
 */
async function guarded<T>(model: ModelDetail, write: (etag: string) => Promise<T>): Promise<T> {
  let { etag } = model
  for (let tries = 1; ; tries += 1) {
    try {
      return await write(etag)
    } catch (error) {
      if (!isStale(error) || tries === STALE_TRIES) throw error
      const live = await readModel(model.name)
      if (!same(wanted(live), wanted(model))) throw new ChangedMeanwhile(live, wanted(model))
      etag = live.etag
    }
  }
}

/** The form knows a spec by its schema at run time, the client by its types; what does not fit the server refuses. */
const asSpec = (spec: Spec) => spec as Schemas['ModelIn']['spec']

const dry = (dryRun: boolean) => (dryRun ? { dryRun: true } : {})

export function createModel(name: string, spec: Spec, dryRun = false, signal?: AbortSignal): Promise<ModelDetail> {
  return unwrap(
    api().POST('/api/v1/models', {
      body: { name, spec: asSpec(spec) },
      params: { query: dry(dryRun) },
      signal: signal ?? null,
    }),
  )
}

export function replaceModel(
  model: ModelDetail,
  spec: Spec,
  dryRun = false,
  signal?: AbortSignal,
): Promise<ModelDetail> {
  const { name } = model
  return guarded(model, etag =>
    unwrap(
      api().PUT('/api/v1/models/{name}', {
        body: { spec: asSpec(spec) },
        params: { path: { name }, query: dry(dryRun), header: { 'if-match': etag } },
        signal: signal ?? null,
      }),
    ),
  )
}

export function deleteModel(model: ModelDetail): Promise<unknown> {
  const { name } = model
  return guarded(model, etag =>
    unwrap(api().DELETE('/api/v1/models/{name}', { params: { path: { name }, header: { 'if-match': etag } } })),
  )
}

const at = (name: string) => ({ params: { path: { name } } })

export const scaleModel = (name: string, replicas: number): Promise<unknown> =>
  unwrap(api().POST('/api/v1/models/{name}/scale', { ...at(name), body: { replicas } }))

export const suspendModel = (name: string): Promise<unknown> =>
  unwrap(api().POST('/api/v1/models/{name}/suspend', at(name)))

export const resumeModel = (name: string): Promise<unknown> =>
  unwrap(api().POST('/api/v1/models/{name}/resume', at(name)))
