import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { sortTrouble, useForm } from '@/lib/forms/use-form'

function Form({ send }: { send: (values: { name: string; email: string }) => Promise<void> }) {
  const form = useForm({ name: '', email: '' }, ({ name }) => ({ name: name ? undefined : 'Enter a name.' }))
  return (
    <form aria-label="form" onSubmit={form.submit(send)}>
      <input aria-label="name" aria-invalid={Boolean(form.error('name'))} {...form.bind('name')} />
      <input aria-label="email" {...form.bind('email')} />
      <p>{form.error('name')}</p>
      <p>{form.error('email')}</p>
      <output>{form.trouble?.what ?? (form.busy ? 'busy' : 'idle')}</output>
    </form>
  )
}

const problem = (errors: object[], title = 'Refused') => new ProblemError(fromProblem(422, { title, errors }))
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } })
const submit = () => fireEvent.submit(screen.getByLabelText('form'))

describe('a form', () => {
  it('names the field at fault, gives it the focus and sends nothing', async () => {
    const send = vi.fn()
    const view = render(<Form send={send} />)
    submit()
    expect(screen.getByText('Enter a name.')).toBeTruthy()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('name')))
    expect(send).not.toHaveBeenCalled()
    type('name', 'x')
    expect(screen.queryByText('Enter a name.')).toBeNull()
    view.unmount()
  })

  it('keeps what was typed and marks the field that the server names', async () => {
    const view = render(<Form send={() => Promise.reject(problem([{ pointer: '/email', message: 'Taken.' }]))} />)
    type('name', 'Mira')
    type('email', 'm@x')
    submit()
    await screen.findByText('Taken.')
    expect(screen.getByLabelText<HTMLInputElement>('email').value).toBe('m@x')
    expect(screen.getByText('idle')).toBeTruthy()
    view.unmount()
  })

  it('says what names no field, and cannot be sent twice at once', async () => {
    let reject: (error: Error) => void = () => undefined
    const send = vi.fn(() => new Promise<void>((_, no) => (reject = no)))
    const view = render(<Form send={send} />)
    type('name', 'Mira')
    submit()
    await screen.findByText('busy')
    submit()
    act(() => reject(problem([], 'Not today')))
    await screen.findByText('Not today')
    expect(send).toHaveBeenCalledTimes(1)
    view.unmount()
  })

  it('sorts a problem that names both', () => {
    const { errors, rest } = sortTrouble(
      problem([
        { pointer: '/spec/name', message: 'a' },
        { pointer: '/spec/name', message: 'b' },
        { pointer: '/other', message: 'c' },
      ]).trouble,
      { name: '' },
    )
    expect([errors, rest?.what]).toEqual([{ name: 'a' }, 'Refused'])
  })
})
