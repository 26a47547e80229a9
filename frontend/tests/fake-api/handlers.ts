/**
 * The answers, by `METHOD template`. A feature adds its own in a file beside this one and one line in `handlers`.
 */
import { catalogue } from './models.ts'
import { people } from './people.ts'
import { startTurn } from './turns.ts'
import { usage } from './usage.ts'
import { id, iso, TENANT, USER } from './ids.ts'
import { addConversation, PERMISSIONS, type World } from './world.ts'

export interface Call {
  readonly world: World
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a request's body is whatever the page sent
  readonly body: any
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A turn to follow instead of a body. */
  readonly turn?: ReturnType<typeof startTurn>
}

export type Handler = (call: Call) => Reply

export const ok = (body: unknown, headers?: Record<string, string>): Reply => ({
  status: 200,
  body,
  ...(headers && { headers }),
})
export const created = (body: unknown): Reply => ({ status: 201, body })
export const empty: Reply = { status: 204 }
export const page = (items: unknown[]): Reply => ok({ items, next_cursor: null })

/** A problem document. */
export function problem(status: number, code: string, title: string, more: object = {}): Reply {
  const body = {
    type: `urn:freehold:problem:${code}`,
    title,
    status,
    code,
    request_id: 'req-0f3a',
    blame: status >= 500 ? 'platform' : status === 429 ? 'quota' : 'you',
    ...more,
  }
  return { status, body, headers: { 'content-type': 'application/problem+json' } }
}

const jwt = (world: World) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'EdDSA' })}.${part({ sub: USER, iat: now, exp: now + Math.ceil(world.tokenLife / 1000) })}.fake`
}

function session(world: World): object {
  world.signedIn = true
  return {
    access_token: jwt(world),
    token_type: 'Bearer',
    expires_at: iso(Date.now() + world.tokenLife),
    session_id: id(300),
    user_id: USER,
    tenant_id: TENANT,
  }
}

export const COOKIE = '__Host-fh_refresh=fake; Path=/; Secure; HttpOnly; SameSite=Strict'
export const NO_COOKIE = '__Host-fh_refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0'
const withCookie = (reply: Reply): Reply => ({ ...reply, headers: { 'set-cookie': COOKIE } })

function me(world: World): object {
  const tenant = {
    id: TENANT,
    name: 'harbour',
    display: 'Harbour Works',
    state: 'active',
    provisioned: true,
    role: world.role,
  }
  return {
    user: { id: USER, email: 'mira@harbour.example', name: 'Mira Kovač', tz: 'Europe/Berlin' },
    tenant,
    session_id: id(300),
    permissions: PERMISSIONS[world.role],
    tenants: [tenant],
  }
}

const wrong = () =>
  problem(401, 'unauthenticated', 'E-mail or password is wrong.', {
    detail: 'No account has this e-mail and password.',
    fix: 'Check both; capital letters count in the password.',
  })

const account: Record<string, Handler> = {
  'GET /auth/config': ({ world }) => ok({ provider: 'local', signup: 'invite', setup_needed: world.setupNeeded }),
  'POST /auth/login': ({ world, body }) =>
    body.password === 'correct horse battery' ? withCookie(ok(session(world))) : wrong(),
  'POST /auth/refresh': ({ world }) =>
    world.signedIn ? withCookie(ok(session(world))) : problem(401, 'unauthenticated', 'Not signed in.'),
  'POST /auth/logout': ({ world }) => {
    world.signedIn = false
    return { status: 204, headers: { 'set-cookie': NO_COOKIE } }
  },
  'POST /auth/bootstrap': ({ world, body }) =>
    body.token === 'bootstrap-token'
      ? withCookie(created(session(world)))
      : problem(401, 'unauthenticated', 'The token is not valid.', {
          detail: 'This bootstrap token is wrong or was used already.',
          fix: 'Read it from the installation’s Secret.',
        }),
  'POST /auth/invite/accept': ({ world, body }) =>
    body.token === 'invite-token'
      ? withCookie(created(session(world)))
      : problem(404, 'not_found', 'This invitation is not valid any more.', {
          fix: 'Ask an admin of the tenant for a new one, under Members.',
        }),
  'GET /api/v1/me': ({ world }) => ok(me(world)),
  'PATCH /api/v1/me': ({ world, body }) => {
    const before = me(world) as { user: object }
    return ok({ ...before, user: { ...before.user, ...body } })
  },
  'GET /api/v1/me/sessions': ({ world }) => page(world.sessions),
  'DELETE /api/v1/me/sessions/{session_id}': ({ world, params }) => {
    world.sessions = world.sessions.filter(one => one.id !== params.session_id)
    return empty
  },
  'GET /api/v1/tenant/members': ({ world }) => page(world.members),
  'GET /api/v1/tenant/invitations': ({ world }) => page(world.invitations),
}

function changes(world: World, cursor: number): object {
  const fresh = (row: Record<string, unknown>) => Number(row.rev) > cursor
  const conversations = [...world.conversations.values()].filter(fresh).map(row => ({ kind: 'conversation', row }))
  const messages = [...world.messages.values()].filter(fresh).map(row => ({ kind: 'message', row }))
  return {
    items: [...conversations, ...messages],
    tombstones: world.tombstones.filter(one => one.rev > cursor),
    next_cursor: String(world.rev),
    more: false,
  }
}

interface Mutation {
  op_id: string
  kind: string
  id: string
  fields: Record<string, unknown>
}

function apply(world: World, { op_id, kind, id: target, fields }: Mutation): object {
  const old = world.conversations.get(target)
  if (kind === 'delete') {
    world.conversations.delete(target)
    world.tombstones.push({ kind: 'conversation', id: target, rev: ++world.rev })
    return { op_id, status: 'applied', row: null, conflict: false, problem: null }
  }
  const row = addConversation(world, { ...old, id: target, ...fields }, Date.now())
  return { op_id, status: 'applied', row, conflict: false, problem: null }
}

const chat: Record<string, Handler> = {
  'GET /api/v1/sync/pull': ({ world, query }) => ok(changes(world, Number(query.get('cursor') ?? 0))),
  'POST /api/v1/sync/push': ({ world, body }) =>
    ok({ results: (body.mutations as Mutation[]).map(one => apply(world, one)) }),
  'GET /api/v1/conversations': ({ world }) => page([...world.conversations.values()]),
  'GET /api/v1/conversations/{conversation_id}/messages': ({ world, params }) =>
    world.conversations.has(String(params.conversation_id))
      ? page([...world.messages.values()].filter(one => one.conversation_id === params.conversation_id).toReversed())
      : problem(404, 'not_found', 'No such conversation.'),
  'POST /api/v1/conversations/{conversation_id}/turns': ({ world, params, body }) => ({
    status: 200,
    turn: startTurn(world, String(params.conversation_id), body),
  }),
  'GET /api/v1/turns/{turn_id}/events': ({ world, params }) => {
    const turn = world.turns.get(String(params.turn_id))
    return turn ? { status: 200, turn } : problem(404, 'not_found', 'No such turn.')
  },
  'POST /api/v1/turns/{turn_id}/cancel': ({ world, params }) => {
    const turn = world.turns.get(String(params.turn_id))
    if (turn) turn.state = 'cancelled'
    const answer = [...world.messages.values()].at(-1)
    return ok({
      id: params.turn_id,
      conversation_id: answer?.conversation_id,
      message_id: answer?.parent_id,
      answer_id: answer?.id,
      state: 'stopped',
      model: answer?.model,
      created_at: answer?.created_at,
    })
  },
}

export const handlers: Readonly<Record<string, Handler>> = { ...account, ...catalogue, ...chat, ...people, ...usage }
