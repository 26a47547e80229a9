import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ChangedMeanwhile,
  createModel,
  deleteModel,
  replaceModel,
  resumeModel,
  scaleModel,
  suspendModel,
} from '@/features/models/api/mutations'
import { firstDay, byModel } from '@/features/models/api/usage'
import { mostModels, readModel } from '@/features/models/api/queries'
import { detail } from './rows'

const send = vi.hoisted(() => vi.fn<(request: Request) => Promise<Response>>())
vi.mock('@/lib/api/transport', () => ({ send, apiOrigin: () => 'http://localhost:3000' }))

const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const stale = () => json({ code: 'stale_etag', title: 'Changed' }, 412)

/** Answers in order; keeps what was asked as `METHOD path if-match`. */
function answers(...replies: Response[]): string[] {
  const asked: string[] = []
  send.mockImplementation(request => {
    const { pathname, search } = new URL(request.url)
    asked.push([request.method, pathname + search, request.headers.get('if-match')].filter(Boolean).join(' '))
    const reply = replies.shift()
    return reply ? Promise.resolve(reply) : Promise.reject(new Error(`unexpected ${request.url}`))
  })
  return asked
}

beforeEach(() => void send.mockReset())

describe('writing a Model', () => {
  it('creates it, or only asks whether it could be', async () => {
    const asked = answers(json(detail('a'), 201), json(detail('a'), 201))
    await createModel('a', { engine: 'Echo' })
    await createModel('a', { engine: 'Echo' }, true, new AbortController().signal)
    expect(asked).toEqual(['POST /api/v1/models', 'POST /api/v1/models?dryRun=true'])
  })

  it('sends the version that it saw', async () => {
    const asked = answers(json(detail('a')))
    await replaceModel(detail('a'), { engine: 'Echo' })
    expect(asked).toEqual(['PUT /api/v1/models/a "u-1"'])
  })

  it('takes a version that only the status moved for no conflict', async () => {
    const live = detail('a', { etag: '"u-2"', spec: { engine: 'LlamaCpp', maxReplicas: 1, replicas: 3 } })
    const asked = answers(stale(), json(live, 200, { etag: '"u-3"' }), json(live))
    await replaceModel(detail('a'), { engine: 'LlamaCpp', maxReplicas: 2 })
    expect(asked.at(-1)).toBe('PUT /api/v1/models/a "u-3"')
  })

  it('writes nothing over somebody else’s change, and tells what it is', async () => {
    const live = detail('a', { spec: { engine: 'LlamaCpp', maxReplicas: 7 } })
    const asked = answers(stale(), json(live))
    const error = await replaceModel(detail('a'), {}).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ChangedMeanwhile)
    expect((error as ChangedMeanwhile).theirs).toEqual([{ name: 'maxReplicas', before: 1, after: 7 }])
    expect(asked).toHaveLength(2)
  })

  it('counts a change of replicas as one where their number is the person’s', async () => {
    const fixed = detail('a', { replicas: { ...detail('a').replicas, mode: 'Fixed' }, spec: { replicas: 1 } })
    answers(stale(), json({ ...fixed, spec: { replicas: 2 } }))
    await expect(replaceModel(fixed, {})).rejects.toBeInstanceOf(ChangedMeanwhile)
  })

  it('gives up when the version moves each time', async () => {
    answers(stale(), json(detail('a')), stale(), json(detail('a')), stale())
    await expect(deleteModel(detail('a'))).rejects.toMatchObject({ trouble: { status: 412 } })
  })

  it('passes other refusals on as they are', async () => {
    answers(json({ code: 'managed_elsewhere', title: 'No', managers: ['flux'] }, 409))
    await expect(replaceModel(detail('a'), {})).rejects.toMatchObject({
      trouble: { code: 'managed_elsewhere', details: { managers: ['flux'] } },
    })
  })

  it('deletes, scales, suspends and resumes', async () => {
    const asked = answers(new Response(null, { status: 204 }), json({}), json({}), json({}))
    await deleteModel(detail('a'))
    await scaleModel('a', 2)
    await suspendModel('a')
    await resumeModel('a')
    expect(asked).toEqual([
      'DELETE /api/v1/models/a "u-1"',
      'POST /api/v1/models/a/scale',
      'POST /api/v1/models/a/suspend',
      'POST /api/v1/models/a/resume',
    ])
  })
})

describe('reading', () => {
  it('prefers the strong version of the head to the one in the body', async () => {
    answers(json(detail('a'), 200, { etag: '"u-9"' }), json(detail('a'), 200, { etag: 'W/"x"' }), json(detail('a')))
    expect((await readModel('a')).etag).toBe('"u-9"')
    expect((await readModel('a')).etag).toBe('"u-1"')
    expect((await readModel('a', new AbortController().signal)).etag).toBe('"u-1"')
  })

  it('finds the most Models in what the Tenant caps', () => {
    expect(mostModels({ models: 12 })).toBe(12)
    expect(mostModels({ models: { max: 5 } })).toBe(5)
    for (const caps of [undefined, {}, { models: null }, { models: 0 }]) expect(mostModels(caps)).toBeUndefined()
  })

  it('takes usage by the Model’s name and leaves the rest out', () => {
    const point = { group: 'id', label: 'qwen', requests: 3, cost_usd_micros: 5 }
    const found = byModel([point, { ...point, label: null }, { ...point, label: null, group: null }])
    expect([...found]).toEqual([
      ['qwen', { requests: 3, cost: 5 }],
      ['id', { requests: 3, cost: 5 }],
    ])
    expect(firstDay(1, Date.parse('2026-11-28T10:00:00Z'))).toBe('2026-11-28')
    expect(firstDay(7, Date.parse('2026-11-28T10:00:00Z'))).toBe('2026-11-22')
  })
})
