/** What the catalogue answers, by the generated types. */
import type { Schemas } from '@/lib/api/client'

export type { ModelRow } from '@/lib/api/models'
export type ModelDetail = Schemas['ModelDetail']
export type Condition = Schemas['ConditionOut']
export type Failure = Schemas['FailureOut']
export type Pod = Schemas['PodOut']
export type ModelEvent = Schemas['ModelEvent']
export type Transition = Schemas['Transition']
export type Snippets = Schemas['Snippets']

/** A Model's `spec`, in Kubernetes' own spelling. */
export type Spec = Readonly<Record<string, unknown>>
