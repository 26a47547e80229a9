/**
 * The one way to the server: adds the token, a deadline and one renewal on 401, and tells what it learnt about the
 * connection. Everything above it (client, streams) speaks `Request` and `Response`.
 */
import { auth } from '../auth/auth'
import { config } from '../config/config'
import { reportLost, reportReached } from './connectivity'

export const DEADLINE_MS = 15_000

/** Where the API lives, without a trailing slash. */
export function apiOrigin(): string {
  return config().apiBase || (typeof location === 'undefined' ? 'http://localhost' : location.origin)
}

/** Sends a request of ours. `deadline` in ms bounds the time to the answer's head; 0 leaves it to the caller. */
export async function send(request: Request, deadline: number = DEADLINE_MS): Promise<Response> {
  const again = request.clone()
  const first = await attempt(request, deadline)
  if (first.status !== 401 || !(await auth().renew())) return first
  await first.body?.cancel()
  return attempt(again, deadline)
}

async function attempt(request: Request, deadline: number): Promise<Response> {
  const token = await auth().token()
  const headers = new Headers(request.headers)
  if (token) headers.set('authorization', `Bearer ${token}`)
  const late = new AbortController()
  const timer =
    deadline > 0
      ? setTimeout(() => late.abort(new DOMException('No answer in time', 'TimeoutError')), deadline)
      : undefined
  try {
    const response = await fetch(
      new Request(request, { headers, signal: AbortSignal.any([request.signal, late.signal]) }),
    )
    reportReached()
    return response
  } catch (error) {
    if (!request.signal.aborted) void reportLost()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
