import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Composer } from '@/features/chat/components/composer'

vi.mock('@/lib/auth/use-auth', () => ({ useAuth: () => ({ status: 'signedIn' }) }))

beforeEach(() => vi.stubGlobal('matchMedia', () => ({ matches: true })))
afterEach(cleanup)

function composer(change: Partial<Parameters<typeof Composer>[0]>) {
  return (
    <Composer
      conversation="c"
      plate={null}
      queue={null}
      sentence="Settings"
      onParams={() => undefined}
      tokens={undefined}
      placeholder="Ask"
      blocked={undefined}
      unsure={false}
      answering={false}
      onSend={() => undefined}
      onStop={() => undefined}
      onEditLast={() => undefined}
      handle={null}
      {...change}
    />
  )
}

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox')
function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } })
  fireEvent.keyDown(field(), { key: 'Enter' })
}

it('sends on Enter and is empty again, but not on Shift Enter nor without words', () => {
  const onSend = vi.fn()
  render(composer({ onSend }))
  fireEvent.keyDown(field(), { key: 'Enter' })
  fireEvent.change(field(), { target: { value: 'Why?' } })
  fireEvent.keyDown(field(), { key: 'Enter', shiftKey: true })
  expect(onSend).not.toHaveBeenCalled()
  fireEvent.keyDown(field(), { key: 'Enter' })
  expect(onSend).toHaveBeenCalledExactlyOnceWith('Why?')
  expect(field().value).toBe('')
})

it('sends by itself once it is known who answers', () => {
  const onSend = vi.fn()
  const { rerender } = render(composer({ onSend, blocked: 'No Model', unsure: true }))
  type('Why?')
  expect(onSend).not.toHaveBeenCalled()
  expect(screen.queryByRole('alert')).toBeNull()
  rerender(composer({ onSend }))
  expect(onSend).toHaveBeenCalledExactlyOnceWith('Why?')
})

it('says why nothing can be sent, and keeps the words', () => {
  const onSend = vi.fn()
  render(composer({ onSend, blocked: 'No Model is there' }))
  type('Why?')
  expect(screen.getByRole('alert').textContent).toBe('No Model is there')
  expect(field().value).toBe('Why?')
  expect(onSend).not.toHaveBeenCalled()
})

it('offers Stop while it answers, and Queue beside it once something is typed', () => {
  const onStop = vi.fn()
  render(composer({ answering: true, onStop }))
  expect(screen.queryByRole('button', { name: 'Queue' })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
  expect(onStop).toHaveBeenCalledOnce()
  fireEvent.change(field(), { target: { value: 'Next' } })
  expect(screen.getByRole('button', { name: 'Queue' })).toBeTruthy()
})

it('names a message that is too long', () => {
  render(composer({}))
  type('x'.repeat(200_001))
  expect(screen.getByRole('alert').textContent).toContain('200,001')
})
