import { describe, expect, it } from 'vitest'
import { fromProblem, OFFLINE_CODE, passes, ProblemError, problemOf, toTrouble } from '@/lib/api/problem'

const problem = {
  type: 'urn:freehold:problem:model_rejected',
  title: 'The Model was refused.',
  status: 422,
  detail: 'spec.url must name a file.',
  code: 'model_rejected',
  request_id: 'req-1',
  blame: 'you',
  fix: 'Name a file.',
  errors: [
    { pointer: '/spec/url', code: 'x', message: 'Name a file.' },
    { pointer: '#/body/name', code: 'x', message: 'Taken.' },
    { code: 'x' },
  ],
  managers: ['kubectl'],
}

it.each([
  'ChunkLoadError: Failed to load chunk /_next/static/chunks/1.js from module 7',
  'Failed to fetch dynamically imported module: http://x/1.js',
])('a script that did not come is the network’s trouble: %s', text => {
  expect(toTrouble(new Error(text))).toMatchObject({
    what: 'A part of Freehold that this needs is not on this device yet, and could not be fetched.',
    whose: 'network',
    status: 0,
  })
})

describe('a problem document', () => {
  it('becomes what, whose, action and request id', () => {
    expect(fromProblem(422, problem)).toMatchObject({
      what: 'spec.url must name a file.',
      whose: 'you',
      action: 'Name a file.',
      requestId: 'req-1',
      code: 'model_rejected',
      status: 422,
    })
  })

  it('names its fields', () => {
    expect(fromProblem(422, problem).fields).toEqual([
      { field: 'spec.url', message: 'Name a file.' },
      { field: 'name', message: 'Taken.' },
      { field: '', message: 'Not valid' },
    ])
  })

  it('keeps what only one screen needs', () => expect(fromProblem(422, problem).details.managers).toEqual(['kubectl']))

  it.each([
    ['you', 'you'],
    ['quota', 'limit'],
    ['platform', 'cluster'],
  ])('blames %s', (blame, whose) => expect(fromProblem(400, { blame }).whose).toBe(whose))

  it.each([
    [402, 'limit'],
    [429, 'limit'],
    [404, 'you'],
    [503, 'cluster'],
  ])('of status %i without blame is told by its status', (status, whose) =>
    expect(fromProblem(status, undefined).whose).toBe(whose),
  )

  it.each([401, 403, 429, 500])('of status %i says what to do when the server does not', status => {
    expect(fromProblem(status, {}).action).toBeTruthy()
  })

  it('of another status leaves it', () => expect(fromProblem(404, { title: 'Gone' })).not.toHaveProperty('action'))

  it('takes the wait and the id from headers where the body has none', () => {
    const headers = new Headers({ 'retry-after': '7', 'x-request-id': 'h-1' })
    expect(fromProblem(503, 'text', headers)).toMatchObject({ retryAfter: 7, requestId: 'h-1', code: 'http_503' })
    expect(fromProblem(503, { retry_after: 3 }, headers).retryAfter).toBe(3)
  })

  it('is read from a response whatever that holds', async () => {
    expect((await problemOf(new Response(JSON.stringify(problem), { status: 422 }))).trouble.code).toBe(
      'model_rejected',
    )
    expect((await problemOf(new Response('<html>', { status: 502 }))).trouble).toMatchObject({
      code: 'http_502',
      whose: 'cluster',
    })
  })
})

describe('anything thrown', () => {
  it('that is a problem stays it', () => {
    const trouble = fromProblem(404, {})
    expect(toTrouble(new ProblemError(trouble))).toBe(trouble)
  })

  it.each([
    new TypeError('Load failed'),
    new DOMException('late', 'TimeoutError'),
    new DOMException('x', 'NetworkError'),
  ])('of the network (%s) is said as such', error => {
    expect(toTrouble(error)).toMatchObject({ code: OFFLINE_CODE, whose: 'network', status: 0 })
  })

  it('else is the page’s own failure, with its words', () => {
    expect(toTrouble(new Error('x is undefined'))).toMatchObject({
      code: 'page_failed',
      what: expect.stringContaining('x is undefined') as string,
    })
    expect(toTrouble('text').what).toContain('text')
  })
})

it.each([
  [0, true],
  [401, true],
  [408, true],
  [429, true],
  [500, true],
  [400, false],
  [404, false],
  [409, false],
])('status %i may pass by itself: %s', (status, may) => expect(passes(fromProblem(status, {}))).toBe(may))
