import { describe, expect, it, vi } from 'vitest'
import { createLive, type LiveDeps, type LiveEvent } from '@/lib/live/live'

const encode = (text: string) => new TextEncoder().encode(text)
const stream = (text: string) =>
  new Response(
    new ReadableStream<Uint8Array>({ start: controller => (controller.enqueue(encode(text)), controller.close()) }),
  )

function make(responses: (Response | Error)[]) {
  const opened: (string | undefined)[] = []
  const waits: number[] = []
  const posted: LiveEvent[] = []
  const channel: LiveDeps['channel'] = { postMessage: (event: LiveEvent) => posted.push(event), onmessage: null }
  const live = createLive({
    open: last => {
      opened.push(last)
      const next = responses.shift()
      if (next === undefined) return new Promise(() => undefined)
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
    },
    locks: {
      request: ((_name: string, _options: object, act: () => unknown) =>
        Promise.resolve(act())) as unknown as LockManager['request'],
    },
    channel,
    pause: ms => (waits.push(ms), Promise.resolve()),
  })
  return { live, opened, waits, posted, channel }
}

describe('live events', () => {
  it('reach this tab and the others, and go on after the last one', async () => {
    const { live, opened, posted } = make([
      stream('id: 4\nevent: model\ndata: {"name":"a"}\n\nevent: stale\ndata: text\n\n'),
      new Response('', { status: 503 }),
      new TypeError('gone'),
    ])
    const models: unknown[] = []
    live.on('model', data => models.push(data))
    live.start()
    live.start()
    await vi.waitFor(() => expect(opened).toHaveLength(4))
    expect([models, opened]).toEqual([[{ name: 'a' }], [undefined, '4', '4', '4']])
    expect(posted).toEqual([
      { topic: 'resync', data: null },
      { topic: 'model', data: { name: 'a' } },
      { topic: 'stale', data: 'text' },
    ])
    live.stop()
  })

  it('are asked for with growing pauses', async () => {
    const { live, waits, opened } = make(Array.from({ length: 7 }, () => new TypeError('gone')))
    live.start()
    await vi.waitFor(() => expect(opened).toHaveLength(8))
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    live.stop()
  })

  it('come to a tab without the stream through the channel, until it stops listening', () => {
    const { live, channel } = make([])
    const seen = vi.fn()
    const off = live.on('turn', seen)
    channel.onmessage?.({ data: { topic: 'turn', data: 1 } } as MessageEvent<LiveEvent>)
    off()
    channel.onmessage?.({ data: { topic: 'turn', data: 2 } } as MessageEvent<LiveEvent>)
    channel.onmessage?.({ data: { topic: 'model', data: 3 } } as MessageEvent<LiveEvent>)
    expect(seen.mock.calls).toEqual([[1]])
  })

  it('end when the page signs out, and may begin again', async () => {
    const { live, opened } = make([stream(''), stream('')])
    live.start()
    live.stop()
    live.stop()
    await Promise.resolve()
    live.start()
    await vi.waitFor(() => expect(opened.length).toBeGreaterThan(1))
    live.stop()
  })
})
