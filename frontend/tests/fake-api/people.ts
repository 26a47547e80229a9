/** What the fake API says at `/keys` and `/tenant/*`: it keeps what is made, and refuses the last owner's going. */
import { created, empty, ok, page, problem, type Handler, type Reply } from './handlers.ts'
import { key } from './people-rows.ts'
import { id, iso, USER } from './ids.ts'
import type { World } from './world.ts'

const DAY_MS = 86_400_000

function lastOwner(world: World, user: string | undefined): boolean {
  const owners = world.members.filter(member => member.role === 'owner')
  return owners.length === 1 && owners[0]?.user_id === user
}

const refused = (): Reply =>
  problem(409, 'wrong_state', 'A tenant keeps at least one owner.', { fix: 'Make somebody else an owner first.' })

export const people: Record<string, Handler> = {
  'GET /api/v1/keys': ({ world, query }) => {
    const all = query.get('mine') !== 'true' && ['admin', 'owner'].includes(world.role)
    return page(world.keys.filter(one => all || (one.created_by === USER && !one.service)))
  },
  'POST /api/v1/keys': ({ world, body }) => {
    const made = key(world, 10 + world.keys.length, { ...body, created_at: iso(Date.now()) })
    world.keys = [made, ...world.keys]
    return created({ key: `fhk_4kD2m9QxYz_${'n0tAs3cr3t'.repeat(5).slice(0, 43)}0aB4cD`, row: made })
  },
  'DELETE /api/v1/keys/{key_id}': ({ world, params }) => {
    world.keys = world.keys.filter(one => one.id !== params.key_id)
    return empty
  },
  'PATCH /api/v1/tenant/members/{user_id}': ({ world, params, body }) => {
    if (lastOwner(world, params.user_id) && body.role !== 'owner') return refused()
    world.members = world.members.map(one => (one.user_id === params.user_id ? { ...one, role: body.role } : one))
    return ok(world.members.find(one => one.user_id === params.user_id))
  },
  'DELETE /api/v1/tenant/members/{user_id}': ({ world, params }) => {
    if (lastOwner(world, params.user_id)) return refused()
    world.members = world.members.filter(one => one.user_id !== params.user_id)
    return empty
  },
  'POST /api/v1/tenant/invitations': ({ world, body }) => {
    const row = {
      id: id(510 + world.invitations.length),
      email: body.email,
      role: body.role,
      created_at: iso(Date.now()),
      expires_at: iso(Date.now() + 7 * DAY_MS),
    }
    world.invitations = [row, ...world.invitations]
    return created({ ...row, token: 'invite-token', url: 'https://freehold.example/invite#invite-token' })
  },
  'DELETE /api/v1/tenant/invitations/{invitation_id}': ({ world, params }) => {
    world.invitations = world.invitations.filter(one => one.id !== params.invitation_id)
    return empty
  },
}
