/**
 * The built pages and an app that is not there, on one port: `node tests/fake-api/server.ts [port]`. Tests change the
 * world by `POST /__fake` with a JSON patch of it (`{"reset": true}` first). An answer that breaks the contract is a 500
 * that says so.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { serveStatic } from '../serve.ts'
import { complaint, templateFor } from './contract.ts'
import { handlers, problem, type Reply } from './handlers.ts'
import { follow } from './turns.ts'
import { newWorld, type World } from './world.ts'

const OURS = /^\/(api|auth|v1|\.well-known)\//
const CONFIG = { apiBase: '', auth: { provider: 'local' }, features: { offlineStore: true }, version: 'fake' }

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text ? (JSON.parse(text) as unknown) : {}
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  })
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

function answer(world: World, request: IncomingMessage, url: URL, body: unknown): Reply {
  const method = request.method ?? 'GET'
  const found = templateFor(url.pathname)
  if (!found) return problem(404, 'not_found', `The fake API has no ${url.pathname}.`)
  const key = `${method} ${found.template}`
  const override = world.overrides[key]
  if (override)
    return { headers: override.status >= 400 ? { 'content-type': 'application/problem+json' } : {}, ...override }
  if (url.pathname.startsWith('/api/') && !request.headers.authorization?.startsWith('Bearer '))
    return problem(401, 'unauthenticated', 'No token.')
  const handler = handlers[key]
  if (!handler) return problem(404, 'not_found', `The fake API has no ${key}.`)
  const reply = handler({ world, params: found.params, query: url.searchParams, body })
  const wrong =
    reply.turn || reply.status >= 400 ? undefined : complaint(found.template, method, reply.status, reply.body)
  return wrong ? problem(500, 'contract', wrong) : reply
}

/** Live events: only pings, unless a test pushes some. */
function events(response: ServerResponse, streams: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': hello\n\n')
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

export function createFake(config: object = CONFIG): Server {
  let world = newWorld()
  const streams = new Set<ServerResponse>()
  const open = new Set<ServerResponse>()

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { reset, push, ...patch } = (await read(request)) as {
      reset?: boolean
      push?: { event: string; data: unknown }
    } & Partial<World>
    if (reset) world = newWorld()
    Object.assign(world, patch)
    if (patch.cut) for (const answer of open) answer.destroy()
    if (push) for (const stream of streams) stream.write(`event: ${push.event}\ndata: ${JSON.stringify(push.data)}\n\n`)
    send(response, {
      status: 200,
      body: {
        rev: world.rev,
        messages: [...world.messages.values()],
        conversations: [...world.conversations.values()],
      },
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/__fake') return control(request, response)
    if (!OURS.test(url.pathname)) return serveStatic(request, response, config)
    if (world.cut) return void request.socket.destroy()
    open.add(response)
    response.on('close', () => open.delete(response))
    if (url.pathname === '/api/v1/events' && !world.overrides['GET /api/v1/events']) return events(response, streams)
    const reply = answer(world, request, url, await read(request))
    if (reply.turn) follow(reply.turn, url.searchParams.get('after') ?? '', response)
    else send(response, reply)
  }

  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => send(response, problem(500, 'fake', String(error))))
  })
}

if (import.meta.main) {
  const port = Number(process.argv[2] ?? process.env.PORT ?? 4173)
  createFake().listen(port, '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${port}  mira@harbour.example / correct horse battery`),
  )
}
