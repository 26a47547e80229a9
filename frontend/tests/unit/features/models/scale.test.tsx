import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { ModelDialogs } from '@/features/models/components/dialogs'
import { useDialogs } from '@/features/models/store/dialogs'
import { answering, json } from '../answers'
import { row } from './rows'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))
afterEach(() => {
  useDialogs.setState({ open: undefined, refused: undefined })
  cleanup()
})

function open(): void {
  const replicas = { ready: 2, desired: 2, min: 2, max: 2, mode: 'Fixed' }
  useDialogs.getState().ask('scale', row('mistral-small', { replicas }))
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ModelDialogs />
    </QueryClientProvider>,
  )
}
const field = () => screen.getByLabelText<HTMLInputElement>('Replicas')
const give = (value: string) => {
  fireEvent.change(field(), { target: { value } })
  fireEvent.submit(field().closest('form') as HTMLFormElement)
}

it.each(['', 'two', '-1', '1.5', '1001'])('%j replicas are refused at the field, and stay typed', value => {
  const asked = answering()
  open()
  give(value)
  expect(screen.getByText('Give a whole number from 0 to 1,000.')).toBeTruthy()
  expect([field().value, field().getAttribute('aria-invalid'), asked.length]).toEqual([value, 'true', 0])
})

it('what the cluster refuses is said, with a way to try again', async () => {
  answering(json({ title: 'The quota does not allow it.', code: 'quota', blame: 'quota' }, 422))
  open()
  give('8')
  await vi.waitFor(() => expect(useDialogs.getState().refused?.trouble.what).toBe('The quota does not allow it.'))
})
