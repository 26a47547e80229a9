/**
 * The API by its generated types: `unwrap(api().GET('/api/v1/models', { params: { query: { limit: 50 } } }))`.
 * Anything but success is thrown as a `ProblemError`.
 */
import createClient, { type Client } from 'openapi-fetch'
import { fromProblem, ProblemError } from './problem'
import type { components, paths } from './schema'
import { apiOrigin, send } from './transport'

export type Schemas = components['schemas']

let made: { base: string; client: Client<paths> } | undefined

export function api(): Client<paths> {
  const base = apiOrigin()
  if (made?.base !== base)
    made = { base, client: createClient<paths>({ baseUrl: base, fetch: request => send(request) }) }
  return made.client
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a successful answer. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await unwrapTagged(answer)).data
}

/** The body and its ETag, for `If-Match` on a later write. */
export async function unwrapTagged<T>(answer: Promise<Answer<T>>): Promise<{ data: T; etag: string | undefined }> {
  const { data, error, response } = await answer
  if (!response.ok) throw new ProblemError(fromProblem(response.status, error, response.headers))
  return { data: data as T, etag: response.headers.get('etag') ?? undefined }
}

interface Page<T> {
  items: T[]
  next_cursor?: string | null
}

/** Every row of a collection, page by page, at most `most` rows. */
export async function allPages<T>(read: (cursor: string | undefined) => Promise<Page<T>>, most = 1000): Promise<T[]> {
  const rows: T[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    rows.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor && rows.length < most)
  return rows
}
