/** Opens a stream of ours: the answer's head within 30 s, then for as long as it lasts. Refusals throw `ProblemError`. */
import { problemOf } from './problem'
import { apiOrigin, send } from './transport'

const HEAD_MS = 30_000

export async function openStream(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('accept', 'text/event-stream')
  const response = await send(new Request(apiOrigin() + path, { ...init, headers }), HEAD_MS)
  if (!response.ok) throw await problemOf(response)
  return response
}

/** A POST with JSON whose answer is a stream. */
export function postStream(path: string, body: object, init: RequestInit = {}): Promise<Response> {
  return openStream(path, {
    ...init,
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...init.headers, 'content-type': 'application/json' },
  })
}
