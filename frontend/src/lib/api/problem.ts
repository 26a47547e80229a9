/**
 * What went wrong, whose it is and what to do, from whatever a call came back with. Problem documents (RFC 9457) carry
 * all of it; a lost connection and a broken answer get their own words, so that no screen ever shows a bare code.
 */
import { t } from '../i18n/t'

export type Whose = 'you' | 'limit' | 'cluster' | 'network'

export interface FieldTrouble {
  /** The field's name, from the JSON pointer: `/spec/url` -> `spec.url`. */
  readonly field: string
  readonly message: string
}

export interface Trouble {
  readonly what: string
  readonly whose: Whose
  readonly action?: string
  readonly requestId?: string
  readonly code: string
  /** HTTP status; 0: no answer came. */
  readonly status: number
  /** Seconds. */
  readonly retryAfter?: number
  readonly fields: readonly FieldTrouble[]
  /** The rest of the problem document, for what only one screen needs (`managers`, …). */
  readonly details: Readonly<Record<string, unknown>>
}

export class ProblemError extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble) {
    super(trouble.what)
    this.name = 'ProblemError'
    this.trouble = trouble
  }
}

const OWNERS: Readonly<Record<string, Whose>> = { you: 'you', quota: 'limit', platform: 'cluster' }

function ownerByStatus(status: number): Whose {
  if (status === 402 || status === 429) return 'limit'
  return status >= 500 ? 'cluster' : 'you'
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function fieldsOf(errors: unknown): FieldTrouble[] {
  if (!Array.isArray(errors)) return []
  return errors.map((error: Record<string, unknown>) => ({
    field: (text(error.pointer) ?? '').replace(/^#?\/(body\/)?/, '').replaceAll('/', '.'),
    message: text(error.message) ?? t('Not valid'),
  }))
}

/** A problem document, or anything else that a server may have answered with this status. */
export function fromProblem(status: number, body: unknown, headers?: Headers): Trouble {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const retryAfter = Number(given.retry_after ?? headers?.get('retry-after') ?? Number.NaN)
  const requestId = text(given.request_id) ?? headers?.get('x-request-id') ?? undefined
  const action = text(given.fix) ?? actionByStatus(status)
  return {
    what:
      text(given.detail) ?? text(given.title) ?? t('The server answered {status} without an explanation.', { status }),
    whose: OWNERS[String(given.blame)] ?? ownerByStatus(status),
    code: text(given.code) ?? `http_${status}`,
    status,
    fields: fieldsOf(given.errors),
    details: given,
    ...(action && { action }),
    ...(requestId && { requestId }),
    ...(Number.isFinite(retryAfter) && { retryAfter }),
  }
}

function actionByStatus(status: number): string | undefined {
  if (status === 401) return t('Sign in again.')
  if (status === 403) return t('Ask an admin of your tenant for the role this needs.')
  if (status === 429) return t('Wait a moment, then try again.')
  return status >= 500 ? t('Try again. If it stays, give the request id to your platform team.') : undefined
}

export const OFFLINE_CODE = 'unreachable'

function unreachable(): Trouble {
  return {
    what: t('Freehold could not be reached.'),
    whose: 'network',
    action: t('Check the connection; it is tried again by itself.'),
    code: OFFLINE_CODE,
    status: 0,
    fields: [],
    details: {},
  }
}

/** How bundlers say that a script did not come. */
const MISSING_PART = /ChunkLoadError|Failed to load chunk|dynamically imported module/

/** Anything thrown, as something to show. */
export function toTrouble(error: unknown): Trouble {
  if (error instanceof ProblemError) return error.trouble
  if (error instanceof TypeError || (error instanceof DOMException && /Timeout|Network/.test(error.name)))
    return unreachable()
  if (error instanceof Error && MISSING_PART.test(`${error.name} ${error.message}`))
    return {
      ...unreachable(),
      what: t('A part of Freehold that this needs is not on this device yet, and could not be fetched.'),
    }
  const what = error instanceof Error ? error.message : String(error)
  return {
    ...unreachable(),
    what: t('The page itself failed: {what}', { what }),
    whose: 'cluster',
    action: t('Reload the page.'),
    code: 'page_failed',
  }
}

/** Whether trying the same call again can help without anybody doing anything. */
export function passes(trouble: Trouble): boolean {
  return trouble.status === 0 || trouble.status >= 500 || [401, 408, 429].includes(trouble.status)
}

/** The trouble of a response that is not OK. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined)
  return new ProblemError(fromProblem(response.status, body, response.headers))
}
