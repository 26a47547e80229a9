import { beforeEach, expect, it } from 'vitest'
import { NEW, useChat } from '@/features/chat/store/chat-store'
import { onDrafts, tellDrafts } from '@/features/chat/store/drafts'

beforeEach(() => useChat.setState(useChat.getInitialState(), true))

it('keeps choices by conversation and fork', () => {
  const { choose } = useChat.getState()
  choose('c', 'a', '1')
  choose('c', 'b', '2')
  choose('d', 'a', '3')
  expect(useChat.getState().choices).toEqual({ c: { a: '1', b: '2' }, d: { a: '3' } })
})

it('carries the Model of a new chat over to the conversation it becomes', () => {
  const { pick, setNewParams, begin } = useChat.getState()
  pick(NEW, 'm')
  setNewParams({ temperature: 1 })
  begin('c')
  expect(useChat.getState()).toMatchObject({ models: { c: 'm' }, newParams: {} })
})

it('begins without a picked Model too', () => {
  useChat.getState().begin('c')
  expect(useChat.getState().models).toEqual({})
})

it('keeps what was measured by answer', () => {
  useChat.getState().measured('a', { wait: 1 })
  expect(useChat.getState().figures).toEqual({ a: { wait: 1 } })
})

it('tells that a draft changed', () => {
  let told = 0
  const off = onDrafts(() => told++)
  tellDrafts()
  off()
  tellDrafts()
  expect(told).toBe(1)
})
