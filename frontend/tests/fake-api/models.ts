/** The catalogue's answers. A Model's name decides what is told about it: `coder-14b` has failed, and says why. */
import { dump } from 'js-yaml'
import { created, empty, ok, page, problem, type Handler, type Reply } from './handlers.ts'
import { iso, TENANT } from './ids.ts'
import type { World } from './world.ts'

type Row = Record<string, unknown>

const SPECS: Readonly<Record<string, Row>> = {
  'gpt-outside': {
    engine: 'External',
    external: { baseURL: 'https://api.provider.example/v1', model: 'gpt-large', secretRef: { name: 'provider-key' } },
  },
  'bge-m3': { engine: 'LlamaCpp', url: 'file:///models/bge-m3.gguf', features: ['TextEmbedding'], minReplicas: 1 },
}

const specOf = (row: Row): Row =>
  (row.spec as Row | undefined) ??
  SPECS[String(row.name)] ?? {
    engine: 'LlamaCpp',
    url: `https://weights.example/${String(row.name)}.gguf`,
    resourceProfile: 'nvidia-gpu:1',
    contextLength: 65_536,
    minReplicas: 0,
    maxReplicas: 4,
  }

function conditions(row: Row, now: number): Row[] {
  const failed = row.phase === 'Failed'
  const degraded = row.phase === 'Degraded'
  const fact = (type: string, status: string, reason: string, message: string, hours: number) => ({
    type,
    status,
    reason,
    message,
    last_transition_time: iso(now - hours * 3_600_000),
  })
  return [
    fact('Accepted', 'True', 'Valid', 'The spec is valid and allowed here.', 70),
    fact('WeightsReady', 'True', 'Present', 'The weights are in place.', 30),
    fact('Scheduled', 'True', 'Scheduled', 'Every pod has a node.', 30),
    failed
      ? fact(
          'Available',
          'False',
          'OutOfMemory',
          'The container was killed: a context of 65,536 tokens and the weights need about 29 GB, its pod may use 24 GB.',
          4,
        )
      : fact('Available', 'True', 'MinimumAvailable', 'At least one pod takes calls.', 30),
    fact('Autoscaling', 'True', 'Active', 'Scaled by calls in flight.', 30),
    degraded
      ? fact('Degraded', 'True', 'ReplicasMissing', '1 of 2 pods is ready; the other restarted 3 times.', 5)
      : fact('Degraded', 'False', 'AsExpected', 'Everything is as it should be.', 30),
    failed
      ? fact('Ready', 'False', 'Failing', 'Runs out of memory on start.', 4)
      : fact('Ready', 'True', String(row.reason), 'It answers.', 30),
  ]
}

function detail(row: Row, now: number): Row {
  const failed = row.phase === 'Failed'
  return {
    ...row,
    spec: specOf(row),
    conditions: conditions(row, now),
    last_failure: failed
      ? {
          location: 'Start',
          container: 'engine',
          reason: 'OutOfMemory',
          message:
            'The container was killed: a context of 65,536 tokens and the weights need about 29 GB, its pod may use 24 GB.',
          exit_code: 137,
          time: iso(now - 240_000),
          count: 6,
        }
      : null,
    effective: {
      image: row.engine === 'External' ? null : 'registry.freehold.local/llama-cpp:b7211',
      profile: row.resources ?? null,
      target_requests: 4,
    },
    url: row.engine === 'External' ? 'https://api.provider.example/v1' : `http://${String(row.name)}.harbour.svc`,
    generation: 6,
    observed_generation: 6,
    created_at: iso(now - 70 * 3_600_000),
    last_activation_at: iso(now - 6 * 3_600_000),
    activation_seconds: 25,
    etag: `"0c1f-${String(row.version ?? 1)}"`,
    managers: [],
  }
}

const find = (world: World, name: string | undefined): Row | undefined => world.models.find(row => row.name === name)

const missing = (): Reply => problem(404, 'not_found', 'There is no such Model in this tenant.')

/** With the Model that the path names. */
const one =
  (answer: (row: Row, call: Parameters<Handler>[0]) => Reply): Handler =>
  call => {
    const row = find(call.world, call.params.name)
    return row ? answer(row, call) : missing()
  }

/** Rules over several fields, as the API server words them. */
function refusal(spec: Row): Reply | undefined {
  const wrong = (pointer: string, message: string) =>
    problem(422, 'model_rejected', 'The cluster does not accept this Model.', {
      detail: message,
      fix: 'Correct the fields named in `errors`; nothing was changed.',
      errors: [{ pointer, code: 'FieldValueInvalid', message }],
    })
  if (Number(spec.minReplicas ?? 0) > Number(spec.maxReplicas ?? 1))
    return wrong('/spec/minReplicas', 'minReplicas must not exceed maxReplicas')
  if (spec.engine === 'LlamaCpp' && !spec.url) return wrong('/spec/url', 'engine LlamaCpp needs url')
  return undefined
}

function put(row: Row, { body, query }: Parameters<Handler>[0], now: number): Reply {
  const refused = refusal(body.spec)
  if (refused) return refused
  if (row.managed_by === 'flux')
    return problem(409, 'managed_elsewhere', 'This Model is managed elsewhere.', {
      detail: 'flux set maxReplicas.',
      managers: ['flux'],
      fix: 'Change it where it is managed.',
    })
  if (query.get('dryRun') !== 'true') row.spec = body.spec
  return ok(detail(row, now))
}

function post({ world, body, query }: Parameters<Handler>[0]): Reply {
  if (find(world, body.name))
    return problem(409, 'model_exists', 'A Model of this name exists already.', {
      fix: 'Choose another name, or change the existing Model.',
      errors: [{ pointer: '/name', code: 'model_exists', message: 'This name is taken.' }],
    })
  const refused = refusal(body.spec)
  if (refused) return refused
  const row: Row = {
    ...(world.models[0] as Row),
    name: body.name,
    display_name: body.spec.displayName ?? body.name,
    phase: 'Loading',
    reason: 'Starting',
    message: '',
    engine: body.spec.engine,
    features: body.spec.features ?? ['TextGeneration'],
    resources: body.spec.resourceProfile ?? null,
    lifeline: `${'-'.repeat(95)}W`,
    spec: body.spec,
  }
  if (query.get('dryRun') !== 'true') world.models = [...world.models, row]
  return created(detail(row, world.now))
}

function become(row: Row, change: Row, now: number): Reply {
  Object.assign(row, change)
  return ok(detail(row, now))
}

const pods = (row: Row, now: number): Row[] => {
  const { desired, ready } = row.replicas as { desired: number; ready: number }
  return Array.from({ length: desired }, (_, at) => ({
    name: `model-${String(row.name)}-7c9d5-${['x2k4p', 'q8v1z', 'm4t7c'][at] ?? at}`,
    phase: at < ready ? 'Running' : 'Pending',
    ready: at < ready,
    restarts: row.phase === 'Failed' ? 6 : at,
    started_at: iso(now - (at + 1) * 5_400_000),
    node: `gpu-${at + 1}`,
    containers: [],
  }))
}

const WORDS = [
  'llama_model_loader: loaded meta data with 38 key-value pairs and 291 tensors',
  'load_tensors: offloading 48 repeating layers to GPU',
  'llama_context: n_ctx = 65536',
  'srv  update_slots: all slots are idle',
  'srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 200',
  'slot launch_slot_: id 0 | task 812 | processing task',
]

function logs({ world, params, query }: Parameters<Handler>[0]): Reply {
  const row = find(world, params.name)
  if (!row) return missing()
  if ((row.replicas as { desired: number }).desired === 0)
    return problem(409, 'wrong_state', 'The Model has no pods now.', { fix: 'Wake it with a call, then look again.' })
  const pod = query.get('pod') ?? String(pods(row, world.now)[0]?.name)
  const lines = Array.from({ length: 400 }, (_, at) => ({
    at: iso(world.now - (400 - at) * 900),
    text: WORDS[at % WORDS.length],
  }))
  const body = `event: lines\ndata: ${JSON.stringify({ pod, container: 'engine', lines })}\n\n`
  return { status: 200, body, headers: { 'content-type': 'text/event-stream' } }
}

function history(row: Row, now: number): Row[] {
  const at = (hours: number, type: string, status: string, reason: string, message = '') => ({
    id: String(hours),
    at: iso(now - hours * 3_600_000),
    type,
    status,
    reason,
    message,
    ready: 1,
    desired: 1,
  })
  const served = [
    at(5, 'Revision', '8f2c1d', 'Changed', 'contextLength 16384 -> 65536'),
    at(7, 'Phase', 'Ready', 'Serving'),
    at(7.1, 'Phase', 'Loading', 'Starting', 'A call woke it'),
    at(17, 'Phase', 'Idle', 'ScaledToZero', 'Nobody called for 5 minutes'),
    at(31, 'Phase', 'Ready', 'Serving'),
  ]
  return row.phase === 'Failed'
    ? [at(4, 'Phase', 'Failed', 'Failing', 'Runs out of memory on start'), ...served]
    : served
}

const events = (row: Row, now: number): Row[] =>
  row.phase === 'Failed'
    ? [
        {
          at: iso(now - 240_000),
          type: 'Warning',
          reason: 'BackOff',
          message: 'Back-off restarting failed container engine',
          count: 31,
          object: `Pod/model-${String(row.name)}-7c9d5-x2k4p`,
        },
        {
          at: iso(now - 250_000),
          type: 'Normal',
          reason: 'Started',
          message: 'Started container engine',
          count: 6,
          object: `Pod/model-${String(row.name)}-7c9d5-x2k4p`,
        },
      ]
    : []

function manifest(row: Row): Row {
  return {
    apiVersion: 'freehold.dev/v1alpha1',
    kind: 'Model',
    metadata: { name: row.name, namespace: 'tenant-harbour' },
    spec: specOf(row),
  }
}

function snippets(row: Row): Row {
  const name = String(row.name)
  const base = 'https://freehold.harbour.example/v1'
  return {
    base_url: base,
    curl: `curl ${base}/chat/completions \\\n  -H "Authorization: Bearer $FREEHOLD_API_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model": "${name}", "messages": [{"role": "user", "content": "Hello"}]}'`,
    python: `import os\n\nfrom openai import OpenAI\n\nclient = OpenAI(base_url="${base}", api_key=os.environ["FREEHOLD_API_KEY"])\nanswer = client.chat.completions.create(\n    model="${name}",\n    messages=[{"role": "user", "content": "Hello"}],\n)\nprint(answer.choices[0].message.content)`,
    javascript: '',
    kubectl: `kubectl --namespace tenant-harbour get model ${name}\nkubectl --namespace tenant-harbour describe model ${name}`,
  }
}

export const catalogue: Record<string, Handler> = {
  'GET /api/v1/models': ({ world }) => page(world.models),
  'POST /api/v1/models': post,
  'GET /api/v1/models/{name}': one((row, { world }) => ok(detail(row, world.now), { etag: '"0c1f-1"' })),
  'PUT /api/v1/models/{name}': one((row, call) => put(row, call, call.world.now)),
  'DELETE /api/v1/models/{name}': one((row, { world }) => {
    world.models = world.models.filter(other => other !== row)
    return empty
  }),
  'POST /api/v1/models/{name}/suspend': one((row, { world }) =>
    become(row, { phase: 'Suspended', reason: 'Suspended' }, world.now),
  ),
  'POST /api/v1/models/{name}/resume': one((row, { world }) =>
    become(row, { phase: 'Ready', reason: 'Serving' }, world.now),
  ),
  'POST /api/v1/models/{name}/scale': one((row, { world, body }) =>
    become(row, { replicas: { ...(row.replicas as object), desired: body.replicas } }, world.now),
  ),
  'GET /api/v1/models/{name}/manifest': one(row => ok({ manifest: manifest(row), yaml: dump(manifest(row)) })),
  'GET /api/v1/models/{name}/snippets': one(row => ok(snippets(row))),
  'GET /api/v1/models/{name}/history': one((row, { world }) => page(history(row, world.now))),
  'GET /api/v1/models/{name}/pods': one((row, { world }) => ok({ items: pods(row, world.now) })),
  'GET /api/v1/models/{name}/events': one((row, { world }) => ok({ items: events(row, world.now) })),
  'GET /api/v1/models/{name}/logs': logs,
  'GET /api/v1/tenant': () =>
    ok({
      id: TENANT,
      name: 'harbour',
      display: 'Harbour Works',
      state: 'active',
      namespace: 'tenant-harbour',
      caps: { models: 12 },
      settings: { default_model: null },
    }),
}
