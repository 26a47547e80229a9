/** Answers, written piece by piece, kept so that a reader may come back. */
import type { ServerResponse } from 'node:http'
import { addMessage, type FakeTurn, type World } from './world.ts'

const SLEEPING = new Set(['Idle', 'Loading', 'Pending'])

interface TurnIn {
  id: string
  answer_id: string
  message: { id: string; parent_id: string | null; parts: object[] } | null
  parent_id?: string
  model: string
}

export function startTurn(world: World, conversation: string, body: TurnIn): FakeTurn {
  const known = world.turns.get(body.id)
  if (known) return known
  const turn: FakeTurn = { id: body.id, events: [], readers: new Set(), state: 'running' }
  world.turns.set(body.id, turn)
  if (body.message) addMessage(world, { ...body.message, conversation_id: conversation }, Date.now())
  const answer = addMessage(
    world,
    {
      id: body.answer_id,
      conversation_id: conversation,
      parent_id: body.message?.id ?? body.parent_id ?? null,
      role: 'assistant',
      status: 'streaming',
      model: body.model,
    },
    Date.now(),
  )
  void write(world, turn, answer, body.model)
  return turn
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Looks again and again, because a test may change the world meanwhile. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await pause(10)
}

function emit(turn: FakeTurn, event: string, data: object): void {
  turn.events.push({ id: `${turn.events.length + 1}.0`, event, data })
  for (const reader of turn.readers) reader()
}

function piecesOf({ answer, piece }: World): readonly string[] {
  return answer.match(piece ? new RegExp(`[^]{1,${piece}}`, 'g') : /\S+\s*/g) ?? []
}

async function write(world: World, turn: FakeTurn, answer: Record<string, unknown>, name: string): Promise<void> {
  const model = world.models.find(one => one.name === name)
  if (model && SLEEPING.has(String(model.phase))) {
    const began = Date.now()
    for (let step = 1; step <= 4; step++) {
      emit(turn, 'activation', {
        phase: 'Loading',
        progress: step / 4,
        eta_s: Math.ceil(((4 - step) * world.wakeMs) / 4000),
      })
      await until(() => Date.now() - began >= (world.wakeMs * step) / 4)
    }
  }
  const failure = world.failing.shift()
  if (failure) {
    answer.status = 'failed'
    answer.error = failure
    answer.rev = ++world.rev
    emit(turn, 'error', failure)
    turn.state = 'done'
    return
  }
  let text = ''
  for (const [at, word] of piecesOf(world).entries()) {
    await until(() => !world.holdAfter || at < world.holdAfter || turn.state === 'cancelled')
    if (turn.state === 'cancelled') break
    text += word
    answer.parts = [{ type: 'text', text }]
    emit(turn, 'delta', { kind: 'text', text: word })
    await pause(world.wordMs)
  }
  answer.parts = [{ type: 'text', text }]
  answer.status = turn.state === 'cancelled' ? 'stopped' : 'complete'
  answer.usage = { prompt_tokens: 12, completion_tokens: 40, ttft_ms: 20, duration_ms: 900 }
  answer.rev = ++world.rev
  emit(turn, 'usage', answer.usage as object)
  emit(turn, 'done', {
    status: answer.status,
    finish_reason: turn.state === 'cancelled' ? null : 'stop',
    answer_id: answer.id,
  })
  if (turn.state === 'running') turn.state = 'done'
}

/** Writes the events after one id, and those to come. */
export function follow(turn: FakeTurn, after: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let next = Number.parseInt(after || '0', 10)
  let written = 0
  const flush = () => {
    for (; next < turn.events.length; next++) {
      const { id, event, data } = turn.events[next] as (typeof turn.events)[number]
      response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      if (++written === turn.cutAfter) {
        delete turn.cutAfter
        turn.readers.delete(flush)
        return void response.destroy()
      }
      if (event === 'done' || event === 'error') return void response.end()
    }
  }
  turn.readers.add(flush)
  response.on('close', () => turn.readers.delete(flush))
  flush()
}
