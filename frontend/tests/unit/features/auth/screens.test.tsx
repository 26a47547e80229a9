import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InviteScreen, SetupScreen, SignInScreen } from '@/features/auth'
import { fromProblem, ProblemError } from '@/lib/api/problem'
import { auth, installAdapter } from '@/lib/auth/auth'

vi.mock('next/navigation', () => ({ useRouter: () => ({ replace: () => undefined, push: () => undefined }) }))

const SIGNED_OUT = { status: 'signedOut' } as const
const signIn = vi.fn<(how: object) => Promise<void>>()
beforeEach(() => {
  location.hash = ''
  signIn.mockReset()
  installAdapter({ ...auth(), state: () => SIGNED_OUT, subscribe: () => () => undefined, signIn })
})
afterEach(() => {
  cleanup()
  installAdapter(undefined)
})

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)
const type = (label: string, value: string) => fireEvent.change(field(label), { target: { value } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const refuse = (status: number, body: object) => signIn.mockRejectedValue(new ProblemError(fromProblem(status, body)))

it('signing in without a word names both fields and asks nobody', async () => {
  render(<SignInScreen />)
  await vi.waitFor(() =>
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign in' }).disabled).toBe(false),
  )
  press('Sign in')
  expect(await screen.findByText('Enter your e-mail address.')).toBeTruthy()
  expect([field('E-mail').getAttribute('aria-invalid'), field('Password').getAttribute('aria-invalid')]).toEqual([
    'true',
    'true',
  ])
  expect(signIn).not.toHaveBeenCalled()
})

it('a sign-in that is refused says why and keeps what was typed', async () => {
  refuse(401, { title: 'E-mail or password is wrong.', fix: 'Try again.' })
  render(<SignInScreen />)
  type('E-mail', 'mira@harbour.example')
  type('Password', 'not this one')
  press('Sign in')
  expect(await screen.findByText('E-mail or password is wrong.')).toBeTruthy()
  expect([field('E-mail').value, field('Password').value]).toEqual(['mira@harbour.example', 'not this one'])
})

it('the first owner is told each field at fault, with its remedy', async () => {
  render(<SetupScreen />)
  type('E-mail', 'mira')
  type('Password', 'short')
  type('Tenant', 'Harbour!')
  press('Make the owner and sign in')
  for (const words of [/Enter the bootstrap token/, /an @ and a host/, /it has 5/, /Lower-case letters/, /your name/])
    expect(await screen.findByText(words)).toBeTruthy()
  expect([field('E-mail').value, field('Tenant').value, signIn.mock.calls]).toEqual(['mira', 'Harbour!', []])
})

it('the server’s word about a field stands at that field', async () => {
  refuse(422, { title: 'Not valid', errors: [{ pointer: '/tenant', message: 'There is no such tenant.' }] })
  render(<SetupScreen />)
  for (const [label, value] of [
    ['Bootstrap token', 'boot'],
    ['Your name', 'Mira'],
    ['E-mail', 'mira@harbour.example'],
    ['Password', 'correct horse battery'],
  ] as const)
    type(label, value)
  press('Make the owner and sign in')
  expect(await screen.findByText('There is no such tenant.')).toBeTruthy()
  expect(field('Tenant').getAttribute('aria-invalid')).toBe('true')
  expect([field('Bootstrap token').value, field('Password').value]).toEqual(['boot', 'correct horse battery'])
})

it('an invitation opened by a link cut short still shows its form', () => {
  location.hash = '#token=abc%'
  render(<InviteScreen />)
  expect(screen.getByLabelText('Your name')).toBeTruthy()
})
