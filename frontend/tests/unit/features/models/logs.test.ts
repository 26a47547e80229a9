import { beforeEach, describe, expect, it, vi } from 'vitest'
import { logPath, tailLog, type LogState } from '@/features/models/api/logs'

const send = vi.hoisted(() => vi.fn<(request: Request) => Promise<Response>>())
vi.mock('@/lib/api/transport', () => ({ send, apiOrigin: () => 'http://localhost:3000' }))

const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const lines = (...texts: string[]) =>
  event('lines', { pod: 'p', lines: texts.map(text => ({ at: `2026-11-28T10:00:0${text}Z`, text })) })
const stream = (body: string) => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
const refusal = (status: number) => new Response(JSON.stringify({ code: 'x', title: 'No' }), { status })

const live = { pod: '', previous: false }

/** Follows what the server answers in order; the pause after the last answer ends it. */
async function follow(choice: typeof live, ...replies: (Response | Error)[]) {
  const abort = new AbortController()
  const seen: string[] = []
  const states: (LogState | string)[] = []
  send.mockImplementation(() => {
    const reply = replies.shift()
    return reply instanceof Response ? Promise.resolve(reply) : Promise.reject(reply ?? new Error('asked too often'))
  })
  await tailLog(
    'a b',
    choice,
    {
      onLines: some => seen.push(...some.map(line => line.text)),
      onState: (state, trouble) => states.push(trouble ? `${state} ${trouble.code}` : state),
      pause: () => {
        if (replies.length === 0) abort.abort()
        return Promise.resolve()
      },
    },
    abort.signal,
  )
  return { seen, states }
}

beforeEach(() => void send.mockReset())

describe('the log tail', () => {
  it('asks for the last 500 lines of the chosen replica', () => {
    expect(logPath('a b', { pod: '', previous: false })).toBe(
      '/api/v1/models/a%20b/logs?tail=500&follow=true&previous=false',
    )
    expect(logPath('a', { pod: 'p-1', previous: true })).toContain('follow=false&previous=true&pod=p-1')
  })

  it('shows no line twice when the stream is opened again', async () => {
    const { seen, states } = await follow(live, stream(lines('1', '2')), stream(lines('1', '2', '3', '3')))
    expect(seen).toEqual(['1', '2', '3', '3'])
    expect(states).toEqual(['open', 'open'])
  })

  it('opens again after a lost connection and after the server’s own trouble', async () => {
    const { seen, states } = await follow(live, new TypeError('lost'), refusal(503), stream(lines('1')))
    expect(states).toEqual(['broken unreachable', 'broken x', 'open'])
    expect(seen).toEqual(['1'])
  })

  it('stops where trying again does not help', async () => {
    const { states } = await follow(live, refusal(409), stream(''))
    expect(states).toEqual(['broken x'])
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('takes an error inside the stream for a break, with its words', async () => {
    const { seen, states } = await follow(live, stream(lines('1') + event('error', { code: 'gone', title: 'Gone' })))
    expect(states).toEqual(['open', 'broken gone'])
    expect(seen).toEqual(['1'])
  })

  it('ends with the log of a container that is no more', async () => {
    const { seen, states } = await follow({ pod: 'p', previous: true }, stream(lines('1') + event('end', {})))
    expect(states).toEqual(['open', 'ended'])
    expect(seen).toEqual(['1'])
  })

  it('ends silently when it is left', async () => {
    const abort = new AbortController()
    send.mockImplementation(() => {
      abort.abort()
      return Promise.reject(new DOMException('left', 'AbortError'))
    })
    const onState = vi.fn()
    await tailLog('a', live, { onLines: vi.fn(), onState }, abort.signal)
    expect(onState).not.toHaveBeenCalled()
  })
})
