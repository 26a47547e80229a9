/** The tenant that the fake API shows: the one of the design's pictures. Times count back from `now`. */

import { id, iso, USER } from './ids.ts'
import { seedPeople } from './people-rows.ts'

export interface World {
  now: number
  role: 'viewer' | 'member' | 'engineer' | 'admin' | 'owner'
  signedIn: boolean
  /** Milliseconds that an access token lives. */
  tokenLife: number
  setupNeeded: boolean
  /** Answers that every API call gets instead, by `METHOD /path template`. */
  overrides: Record<string, { status: number; body?: unknown; headers?: Record<string, string> }>
  /** True: connections to the API are cut, those that are open too. */
  cut: boolean
  models: Record<string, unknown>[]
  conversations: Map<string, Record<string, unknown>>
  messages: Map<string, Record<string, unknown>>
  tombstones: { kind: string; id: string; rev: number }[]
  rev: number
  keys: Record<string, unknown>[]
  members: Record<string, unknown>[]
  invitations: Record<string, unknown>[]
  /** True: nothing was used yet. */
  unused: boolean
  sessions: Record<string, unknown>[]
  turns: Map<string, FakeTurn>
  /** Milliseconds between two words of an answer. */
  wordMs: number
  /** Words after which an answer waits until this is 0 again: what must happen in mid-answer has all the time it needs. */
  holdAfter: number
  /** Milliseconds that a Model takes to wake; a shorter time also counts for one that is at it. */
  wakeMs: number
  answer: string
  /** Characters of each piece of an answer; 0: word by word. */
  piece: number
  /** Problem documents with which the next turns end, one each. */
  failing: Record<string, unknown>[]
}

export interface FakeTurn {
  readonly id: string
  readonly events: { id: string; event: string; data: object }[]
  readonly readers: Set<() => void>
  state: 'running' | 'done' | 'cancelled'
  /** Cuts the connection of the next reader after so many events. */
  cutAfter?: number
}

export const PERMISSIONS: Readonly<Record<World['role'], readonly string[]>> = (() => {
  const viewer = ['profile', 'catalog.read', 'usage.own', 'usage.tenant', 'tenant.read']
  const member = ['profile', 'catalog.read', 'usage.own', 'tenant.read', 'inference', 'chat', 'keys.own']
  const engineer = [...member, 'usage.tenant', 'models.write', 'models.inspect']
  const admin = [...engineer, 'tenant.admin']
  return { viewer, member, engineer, admin, owner: [...admin, 'tenant.own'] }
})()

/** `R30 A40 W1` with the day's bell of requests and some errors -> the compact string of 96 slots. */
export function lifeline(
  bands: string,
  options: { amp?: number; errors?: number[]; marks?: number[]; seed?: number } = {},
): string {
  const letters = bands.split(' ').flatMap(band => Array<string>(Number(band.slice(1))).fill(band[0] as string))
  let seed = options.seed ?? 7
  const random = () => (seed = (seed * 1664525 + 1013904223) % 4294967296) / 4294967296
  const slots = letters.slice(0, 96).map((letter, at) => {
    const hour = (14 + at / 4) % 24
    const day =
      0.05 +
      0.62 / (1 + Math.exp(-(hour - 8.3) * 1.9)) / (1 + Math.exp((hour - 17.6) * 1.3)) +
      0.2 * Math.exp(-((hour - 10.6) ** 2) / 3)
    const requests =
      letter === 'R' || letter === 'D'
        ? Math.max(1, Math.round(9 * Math.min(1, day * (options.amp ?? 1) * (0.55 + random() * 0.75))))
        : 0
    return `${letter}${requests}${options.errors?.includes(at) ? 4 : 0}`
  })
  return slots.join('') + (options.marks?.length ? `|${options.marks.join(',')}` : '')
}

const model = (
  name: string,
  phase: string,
  reason: string,
  engine: string,
  life: string,
  more: { replicas?: object; [field: string]: unknown } = {},
) => ({
  name,
  tenant: 'harbour',
  display_name: name,
  description: null,
  deleting: false,
  shared: false,
  phase,
  reason,
  message: '',
  since: null,
  weights: null,
  context_length: null,
  engine,
  features: ['TextGeneration'],
  resources: null,
  managed_by: null,
  lifeline: life,
  ...more,
  replicas: { ready: 1, desired: 1, min: 0, max: 1, mode: 'Requests', ...more.replicas },
})

export function models(): Record<string, unknown>[] {
  return [
    model(
      'coder-14b',
      'Failed',
      'Failing',
      'VLLM',
      lifeline('R28 A39 W1 R13 F15', { errors: [81, 82, 84, 87], marks: [81], amp: 0.9, seed: 21 }),
      {
        message: 'Runs out of GPU memory on start',
        resources: '1 GPU',
        replicas: { ready: 0, desired: 1, min: 0, max: 1 },
      },
    ),
    model(
      'mistral-small',
      'Ready',
      'Serving',
      'VLLM',
      lifeline('R26 A40 W1 R29', { marks: [78], amp: 1.05, seed: 11 }),
      { replicas: { ready: 2, desired: 2, min: 0, max: 4 }, resources: '1 GPU each' },
    ),
    model('llama-70b', 'Loading', 'FetchingWeights', 'VLLM', lifeline('R16 A54 W1 R15 A9 W1', { amp: 0.7, seed: 5 }), {
      message: 'Fetching weights',
      resources: '2 GPU',
      replicas: { ready: 0, desired: 1, min: 0, max: 1 },
    }),
    model(
      'qwen3-8b',
      'Degraded',
      'Serving',
      'LlamaCpp',
      lifeline('R76 D20', { errors: [77, 80, 88], amp: 0.85, seed: 31 }),
      {
        message: '1 of 2 replicas, 3 restarts since 09:00',
        resources: 'CPU',
        replicas: { ready: 1, desired: 2, min: 1, max: 2 },
      },
    ),
    model('bge-m3', 'Ready', 'Serving', 'LlamaCpp', lifeline('R96', { amp: 0.7, seed: 44 }), {
      resources: 'CPU',
      features: ['TextEmbedding'],
    }),
    model(
      'gpt-outside',
      'Ready',
      'ProviderReachable',
      'External',
      lifeline('R96', { errors: [9, 10], amp: 0.45, seed: 61 }),
      { shared: true, replicas: { ready: 0, desired: 0, min: 0, max: 0 } },
    ),
    model(
      'whisper-large',
      'Idle',
      'ScaledToZero',
      'Custom',
      lifeline('A6 W1 R5 A64 W1 R8 A11', { amp: 0.35, seed: 9 }),
      { resources: '1 GPU', features: ['AudioTranscription'], replicas: { ready: 0, desired: 0, min: 0, max: 1 } },
    ),
  ]
}

const CHATS: [string, string, number, boolean][] = [
  ['Crane 4 maintenance plan', 'mistral-small', 0.1, true],
  ['Berth allocation rules', 'qwen3-8b', 26, true],
  ['Translate the tide notice', 'qwen3-8b', 0.8, false],
  ['Python: parse AIS messages', 'coder-14b', 4.5, false],
  ['Shift handover template', 'mistral-small', 120, false],
  ['Compare diesel suppliers', 'gpt-outside', 140, false],
]

export function newWorld(now: number = Date.now()): World {
  const world: World = {
    now,
    role: 'owner',
    signedIn: true,
    tokenLife: 300_000,
    setupNeeded: false,
    overrides: {},
    cut: false,
    models: models(),
    conversations: new Map(),
    messages: new Map(),
    tombstones: [],
    rev: 0,
    keys: [],
    members: [],
    invitations: [],
    unused: false,
    sessions: [],
    turns: new Map(),
    wordMs: 20,
    holdAfter: 0,
    wakeMs: 600,
    failing: [],
    piece: 0,
    answer: 'At 8 % of the nominal diameter. For 28 mm that is a measured **25.8 mm** or less, taken at three points.',
  }
  CHATS.forEach(([title, name, hours, pinned], at) =>
    addConversation(world, { id: id(100 + at), title, model: name, pinned }, now - hours * 3_600_000),
  )
  seedThread(world, id(100))
  world.members = ['Mira Kovač', 'Priya Nair', 'Jonas Weber'].map((name, at) => ({
    user_id: at === 0 ? USER : id(200 + at),
    email: `${name.split(' ')[0]?.toLowerCase()}@harbour.example`,
    name,
    role: ['owner', 'engineer', 'member'][at],
    since: iso(now - at * 86_400_000 * 30),
  }))
  seedPeople(world)
  world.sessions = [
    {
      id: id(300),
      device: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
      address: '10.0.4.0',
      created_at: iso(now - 86_400_000),
      used_at: iso(now),
      expires_at: iso(now + 30 * 86_400_000),
      current: true,
    },
    {
      id: id(301),
      device: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1',
      address: '192.168.7.0',
      created_at: iso(now - 9 * 86_400_000),
      used_at: iso(now - 7_200_000),
      expires_at: iso(now + 20 * 86_400_000),
      current: false,
    },
  ]
  return world
}

export function addConversation(world: World, row: Record<string, unknown>, at: number): Record<string, unknown> {
  const full = {
    title: '',
    folder: null,
    pinned: false,
    archived: false,
    model: null,
    params: {},
    last_message_at: iso(at),
    created_at: iso(at),
    updated_at: iso(at),
    ...row,
    rev: ++world.rev,
  }
  world.conversations.set(String(row.id), full)
  return full
}

export function addMessage(world: World, row: Record<string, unknown>, at: number): Record<string, unknown> {
  const full = {
    parent_id: null,
    role: 'user',
    parts: [],
    status: 'complete',
    model: null,
    usage: null,
    error: null,
    rating: null,
    created_at: iso(at),
    ...row,
    rev: ++world.rev,
  }
  world.messages.set(String(row.id), full)
  return full
}

function seedThread(world: World, conversation: string): void {
  const say = (n: number, role: string, text: string, parent: number | null, extra: object = {}) =>
    addMessage(
      world,
      {
        id: id(n),
        conversation_id: conversation,
        parent_id: parent === null ? null : id(parent),
        role,
        parts: [{ type: 'text', text }],
        ...extra,
      },
      world.now - (1010 - n) * 60_000,
    )
  say(1000, 'user', 'Which documents about crane 4 do we have?', null)
  say(
    1001,
    'assistant',
    'Three: plan revision 2 (March), plan revision 3 (14 November) and the rope inspection log.',
    1000,
    { model: 'qwen3-8b', usage: { prompt_tokens: 40, completion_tokens: 30, ttft_ms: 200, tokens_per_second: 58 } },
  )
  say(
    1002,
    'user',
    'What changed between revision 2 and 3 of the crane 4 plan, and what needs a signature this week?',
    1001,
  )
  say(
    1003,
    'assistant',
    'Revision 3 moves the hoist rope from calendar to condition based replacement and brings the slew bearing check forward by six weeks. The brake test stays at 500 running hours.\n\n| Item | Revision 2 | Revision 3 |\n| --- | --- | --- |\n| Hoist rope | Every 24 months | At 8 % diameter loss |\n| Slew bearing | January 2027 | Before 11 December |\n| Brake test | 500 h | 500 h |\n\nTwo signatures are due by Friday: the rope inspection report and the deviation for the bearing.',
    1002,
    {
      model: 'mistral-small',
      usage: { prompt_tokens: 400, completion_tokens: 130, ttft_ms: 600, tokens_per_second: 41 },
    },
  )
}
