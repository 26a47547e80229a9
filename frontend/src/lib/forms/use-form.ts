/**
 * A form's values, what is wrong with them, and the sending. What was typed always stays; a field that the server names
 * is marked as if the form had found it itself; what names no field becomes the form's own trouble.
 */
import { useState, type ChangeEvent, type FormEvent } from 'react'
import { toTrouble, type Trouble } from '../api/problem'

export type Errors<V> = Partial<Record<keyof V & string, string>>

export interface Form<V> {
  readonly values: V
  readonly busy: boolean
  readonly trouble: Trouble | undefined
  readonly error: (name: keyof V & string) => string | undefined
  readonly set: (change: Partial<V>) => void
  /** For `onChange` of inputs, areas and selects. */
  readonly bind: (name: keyof V & string) => {
    name: string
    value: string
    ref: (field: Changed | null) => void
    onChange: (event: ChangeEvent<Changed>) => void
  }
  readonly submit: (send: (values: V) => Promise<void>) => (event: FormEvent) => void
}

type Changed = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** The errors of the fields that a problem names, by the last part of their pointer, and whether any stayed nameless. */
export function sortTrouble<V extends object>(
  trouble: Trouble,
  values: V,
): { errors: Errors<V>; rest: Trouble | undefined } {
  const errors: Record<string, string> = {}
  const nameless = trouble.fields.filter(({ field, message }) => {
    const name = field.split('.').find(part => part in values)
    if (name !== undefined) errors[name] ??= message
    return name === undefined
  })
  const all = trouble.fields.length > 0 && nameless.length === 0
  return { errors: errors as Errors<V>, rest: all ? undefined : trouble }
}

export function useForm<V extends Record<string, string | boolean | readonly string[]>>(
  initial: V,
  check: (values: V) => Errors<V>,
): Form<V> {
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState<Errors<V>>({})
  const [trouble, setTrouble] = useState<Trouble>()
  const [busy, setBusy] = useState(false)

  function set(change: Partial<V>): void {
    setValues(before => ({ ...before, ...change }))
    setErrors(before => Object.fromEntries(Object.entries(before).filter(([name]) => !(name in change))) as Errors<V>)
  }

  /** What was typed, or filled in by the browser, before the page came alive would be emptied by the next render. */
  function takeOver(name: keyof V & string, field: Changed | null): void {
    if (field && field.value !== '' && values[name] === '') set({ [name]: field.value } as Partial<V>)
  }

  async function send(act: (values: V) => Promise<void>): Promise<void> {
    const found = check(values)
    setErrors(found)
    setTrouble(undefined)
    if (Object.values(found).some(Boolean)) return focusFirst()
    setBusy(true)
    try {
      await act(values)
    } catch (error) {
      const sorted = sortTrouble(toTrouble(error), values)
      setErrors(sorted.errors)
      setTrouble(sorted.rest)
      focusFirst()
    } finally {
      setBusy(false)
    }
  }

  return {
    values,
    busy,
    trouble,
    error: name => errors[name],
    set,
    bind: name => ({
      name,
      value: String(values[name]),
      ref: field => takeOver(name, field),
      onChange: event => set({ [name]: event.target.value } as Partial<V>),
    }),
    submit: act => event => {
      event.preventDefault()
      if (!busy) void send(act)
    },
  }
}

/** After the errors are drawn, the first field at fault has the focus. */
function focusFirst(): void {
  setTimeout(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0)
}
