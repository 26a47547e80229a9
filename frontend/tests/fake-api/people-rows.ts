/** Keys and invitations of the fake tenant. */
import { id, iso, USER } from './ids.ts'
import type { World } from './world.ts'

type Row = Record<string, unknown>

const DAY_MS = 86_400_000
const PRIYA = { created_by: id(201), creator: 'Priya Nair' }

/** A key with what a test does not care about filled in. */
export function key(world: World, at: number, fields: Row): Row {
  return {
    id: id(400 + at),
    prefix: `fhk_4kD2m9QxY${at}`,
    last4: ['9K2c', 'Qe71', '0aLw', 'x3Tn', 'Bm5p'][at] ?? 'Zz00',
    service: false,
    scopes: ['inference', 'read'],
    models: null,
    routes: null,
    created_by: USER,
    creator: 'Mira Kovač',
    created_at: iso(world.now - 100 * DAY_MS),
    expires_at: null,
    last_used_at: null,
    ...fields,
  }
}

export function seedPeople(world: World): void {
  const at = (ms: number) => iso(world.now + ms)
  world.keys = [
    { name: 'berth-planner', models: ['mistral-small'], expires_at: at(61 * DAY_MS), last_used_at: at(-120_000) },
    {
      name: 'crane-assistant',
      models: ['mistral-small', 'llama-70b', 'qwen3-8b', 'bge-m3'],
      expires_at: at(5 * DAY_MS),
      last_used_at: at(-3 * 3_600_000),
      scopes: ['inference'],
    },
    {
      name: 'nightly-report',
      expires_at: at(-4 * DAY_MS),
      last_used_at: at(-5 * DAY_MS),
      scopes: ['inference', 'read', 'usage:read'],
    },
    { name: 'tide-tables', models: ['qwen3-*'], expires_at: at(300 * DAY_MS), ...PRIYA },
    {
      name: 'deploy-pipeline',
      service: true,
      scopes: ['models:write', 'read'],
      last_used_at: at(-2 * DAY_MS),
      ...PRIYA,
    },
  ].map((fields, number) => key(world, number, fields))
  world.invitations = [
    {
      id: id(500),
      email: 'tomas@harbour.example',
      role: 'member',
      created_at: at(-DAY_MS),
      expires_at: at(6 * DAY_MS),
    },
  ]
}
