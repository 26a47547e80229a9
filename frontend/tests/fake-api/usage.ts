/** What the fake API says at `/usage`: figures of invented people and Models, the same for the same day. */
import { ok, type Handler, type Reply } from './handlers.ts'

const DAY_MS = 86_400_000

interface Part {
  readonly id: string
  readonly label: string
  readonly detail: string | null
  /** Tokens of a working day; dollars per million tokens; 0: own. */
  readonly tokens: number
  readonly price: number
}

const PARTS: Readonly<Record<string, readonly Part[]>> = {
  model: [
    { id: 'mistral-small', label: 'mistral-small', detail: null, tokens: 5_200_000, price: 0 },
    { id: 'llama-70b', label: 'llama-70b', detail: null, tokens: 2_100_000, price: 0 },
    { id: 'gpt-outside', label: 'gpt-outside', detail: null, tokens: 1_900_000, price: 4.6 },
    { id: 'qwen3-8b', label: 'qwen3-8b', detail: null, tokens: 900_000, price: 0 },
  ],
  key: [
    { id: 'k0', label: 'berth-planner', detail: 'fhk_4kD2m9QxY0…9K2c', tokens: 5_300_000, price: 0.9 },
    { id: 'k1', label: 'crane-assistant', detail: 'fhk_4kD2m9QxY1…Qe71', tokens: 2_800_000, price: 0.9 },
    { id: 'k2', label: 'nightly-report', detail: 'fhk_4kD2m9QxY2…0aLw', tokens: 1_200_000, price: 0.9 },
  ],
  user: [
    { id: 'u1', label: 'Mira Kaya', detail: 'mira@harbour.example', tokens: 6_000_000, price: 0.9 },
    { id: 'u2', label: 'Priya Nair', detail: 'priya@harbour.example', tokens: 3_400_000, price: 0.9 },
  ],
}

function sums(part: Part, day: number) {
  const week = new Date(day).getUTCDay()
  const load = (week === 0 || week === 6 ? 0.4 : 1) * (0.82 + (((day / DAY_MS) * 7 + part.label.length * 5) % 11) / 30)
  const tokens = Math.round(part.tokens * load)
  return {
    requests: Math.round(tokens / 1900),
    errors: Math.round(tokens / 900_000),
    tokens,
    prompt_tokens: Math.round(tokens * 0.7),
    completion_tokens: Math.round(tokens * 0.3),
    cost_usd_micros: Math.round(tokens * part.price),
    own_tokens: part.price > 4 ? 0 : tokens,
  }
}

type Sums = ReturnType<typeof sums>

function add(all: readonly Sums[]): Sums {
  const total = (field: keyof Sums) => all.reduce((sum, one) => sum + one[field], 0)
  const fields: (keyof Sums)[] = [
    'requests',
    'errors',
    'tokens',
    'prompt_tokens',
    'completion_tokens',
    'cost_usd_micros',
    'own_tokens',
  ]
  return Object.fromEntries(fields.map(field => [field, total(field)])) as Sums
}

function report(
  what: 'summary' | 'series' | 'top' | 'csv',
  query: URLSearchParams,
  now: number,
  empty: boolean,
): Reply {
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '']
  const days: number[] = []
  for (let day = Date.parse(from); day <= Date.parse(to) && !empty; day += DAY_MS) days.push(day)
  const text = (day: number) => new Date(day).toISOString().slice(0, 10)
  const models = PARTS.model ?? []
  const whole = (some: readonly number[]) => add(some.flatMap(day => models.map(part => sums(part, day))))
  if (what === 'csv')
    return {
      status: 200,
      headers: { 'content-type': 'text/csv; charset=utf-8; header=present' },
      body: `day,model,requests\r\n${days.map(day => `${text(day)},mistral-small,1\r\n`).join('')}`,
    }
  const by = (query.get('by') ?? '').split(',').find(name => name !== 'day') ?? ''
  const parts = PARTS[by] ?? []
  const metric = (query.get('metric') ?? 'tokens') as keyof Sums
  if (what === 'top')
    return ok({
      from,
      to,
      items: parts
        .map(part => ({
          bucket: null,
          group: part.id,
          kind: 'one',
          label: part.label,
          detail: part.detail,
          ...add(days.map(day => sums(part, day))),
        }))
        .sort((a, b) => b[metric] - a[metric]),
    })
  if (what === 'series') {
    const points = by
      ? days.flatMap(day =>
          parts.map(part => ({
            bucket: text(day),
            group: part.id,
            kind: 'one',
            label: part.label,
            detail: part.detail,
            ...sums(part, day),
          })),
        )
      : days.map(day => ({ bucket: text(day), group: null, kind: 'all', label: null, detail: null, ...whole([day]) }))
    return ok({ from, to, by: by ? ['day', by] : ['day'], points })
  }
  const all = whole(days)
  const today = new Date(now)
  const length = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 0)).getUTCDate()
  const pace = (value: number) => Math.round((value / Math.max(1, today.getUTCDate())) * length)
  return ok({
    from,
    to,
    ...all,
    cached_tokens: 0,
    reasoning_tokens: 0,
    own_share: all.tokens > 0 ? all.own_tokens / all.tokens : null,
    month: {
      from,
      ...all,
      at_this_pace_tokens: pace(all.tokens),
      at_this_pace_cost_usd_micros: pace(all.cost_usd_micros),
    },
  })
}

const handler =
  (what: Parameters<typeof report>[0]): Handler =>
  ({ world, query }) =>
    report(what, query, world.now, world.unused)

export const usage: Record<string, Handler> = {
  'GET /api/v1/usage/summary': handler('summary'),
  'GET /api/v1/usage/series': handler('series'),
  'GET /api/v1/usage/top': handler('top'),
  'GET /api/v1/usage/export.csv': handler('csv'),
}
