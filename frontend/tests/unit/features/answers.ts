/** Answers for calls, in the order in which they come, and what was asked for them. */
import { vi } from 'vitest'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly search: URLSearchParams
  readonly headers: Headers
  readonly body: unknown
}

export function answering(...answers: readonly (Response | Error)[]): Asked[] {
  const asked: Asked[] = []
  const rest = [...answers]
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url)
    const text = await request.text()
    asked.push({
      method: request.method,
      path: url.pathname,
      search: url.searchParams,
      headers: request.headers,
      body: text ? (JSON.parse(text) as unknown) : undefined,
    })
    const answer = rest.shift() ?? new Error('one call too many')
    if (answer instanceof Error) throw answer
    return answer
  })
  return asked
}

export const json = (body: unknown, status = 200): Response => Response.json(body, { status })
export const page = (items: unknown[], next_cursor: string | null = null): Response => json({ items, next_cursor })
export const nothing = (): Response => new Response(null, { status: 204 })
