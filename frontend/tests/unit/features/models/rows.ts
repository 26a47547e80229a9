import type { ModelDetail, ModelRow } from '@/features/models/api/types'

export const row = (name: string, change: Partial<ModelRow> = {}): ModelRow => ({
  name,
  tenant: 'harbour',
  display_name: name,
  description: null,
  phase: 'Ready',
  reason: 'Serving',
  message: '',
  since: null,
  deleting: false,
  replicas: { ready: 1, desired: 1, min: 0, max: 1, mode: 'Requests' },
  engine: 'LlamaCpp',
  features: ['TextGeneration'],
  context_length: null,
  resources: 'cpu:1',
  managed_by: null,
  lifeline: 'R'.repeat(96),
  ...change,
})

export const detail = (name: string, change: Partial<ModelDetail> = {}): ModelDetail => ({
  ...row(name),
  spec: { engine: 'LlamaCpp', maxReplicas: 1 },
  conditions: [],
  last_failure: null,
  effective: { image: null, profile: null, target_requests: null },
  url: null,
  generation: 1,
  observed_generation: 1,
  created_at: null,
  last_activation_at: null,
  activation_seconds: null,
  etag: '"u-1"',
  managers: [],
  ...change,
})
