import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Announcement } from '@/features/chat/components/announcement'
import type { TurnHead } from '@/features/chat/store/heads'
import type { Message } from '@/lib/offline/store'
import { answer, message } from '../made'

const running = { phase: 'answering' } as TurnHead
const path = (last: Message) => [message('q', null), last].map(one => ({ message: one, siblings: [one.id] }))

function afterAnswering(last: Message): string {
  const view = render(<Announcement running={running} path={path(last)} />)
  expect(screen.getByRole('status').textContent).toBe('Answering')
  view.rerender(<Announcement running={undefined} path={path(last)} />)
  const said = screen.getByRole('status').textContent
  view.unmount()
  return said ?? ''
}

describe('what readers hear of an answer', () => {
  it('is how long it became once it is complete', () => {
    expect(afterAnswering(answer('a', 'q'))).toBe('Answer complete, 3 words')
  })

  it.each(['failed', 'interrupted'] as const)('is not that it is complete when it %s', status => {
    expect(afterAnswering(answer('a', 'q', { status }))).toBe('The answer broke off')
  })
})
