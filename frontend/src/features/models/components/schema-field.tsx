'use client'
import { useId, useState, type ReactNode } from 'react'
import { Field, Select, Switch, TextArea, TextInput } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import { nameOf, type FormField, type Path } from '@/lib/schema-form/schema'
import { getAt } from '@/lib/schema-form/value'
import type { Spec } from '../api/types'
import { labelFor } from '../layout'
import { troubleAt, type FieldTroubles } from '../store/deploy'
import { ListField } from './list-field'

export interface FieldProps {
  field: FormField
  spec: Spec
  troubles: FieldTroubles
  onChange: (path: Path, value: unknown) => void
  disabled?: boolean | undefined
}

/** One field of the schema, whatever its kind. What cannot be understood stays as typed, with its error. */
export function SchemaField(props: FieldProps): ReactNode {
  const { field } = props
  if (field.kind === 'group') return <Group {...props} />
  if (field.kind === 'list') return <ListField {...props} render={one => <SchemaField {...props} field={one} />} />
  if (field.kind === 'switch') return <YesNo {...props} />
  if (field.kind === 'choices') return <Choices {...props} />
  return <One {...props} />
}

function Group(props: FieldProps): ReactNode {
  const { field } = props
  return (
    <fieldset className="border-line grid gap-4 border-s ps-4">
      <legend className="float-start w-full pb-1">
        <span className="text-body font-medium">{labelFor(field)}</span>
        {field.hint && <span className="text-note text-text-3 block font-normal">{field.hint}</span>}
      </legend>
      {field.fields.map(one => (
        <SchemaField key={nameOf(one.path)} {...props} field={one} />
      ))}
    </fieldset>
  )
}

const words = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** "12" -> 12; anything else stays text, and the check says what is wrong with it. */
function read(kind: FormField['kind'], text: string): unknown {
  if (text === '') return undefined
  const number = /^-?\d{1,15}$/.test(text.trim())
  return (kind === 'number' || kind === 'amount') && number ? Number(text) : text
}

function One({ field, spec, troubles, onChange, disabled }: FieldProps): ReactNode {
  const name = nameOf(field.path)
  const value = getAt(spec, field.path)
  const error = troubleAt(troubles, name, true)
  const standard = field.schema.default
  const shared = { label: labelFor(field), hint: field.hint, error }
  const placeholder = standard === undefined ? undefined : words(standard)
  if (field.kind === 'choice')
    return (
      <Field {...shared}>
        <Select
          data-field={name}
          disabled={disabled}
          value={words(value)}
          onChange={event => onChange(field.path, event.target.value || undefined)}
        >
          {(!field.required || value === undefined) && (
            <option value="">{placeholder ? t('Default ({value})', { value: placeholder }) : t('Not set')}</option>
          )}
          {field.schema.enum?.map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
      </Field>
    )
  if (field.kind === 'lines') return <Lines {...{ field, spec, troubles, onChange, disabled }} />
  return (
    <Field {...shared}>
      <TextInput
        data-field={name}
        disabled={disabled}
        value={words(value)}
        placeholder={placeholder}
        inputMode={field.kind === 'number' ? 'numeric' : undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={event => onChange(field.path, read(field.kind, event.target.value))}
      />
    </Field>
  )
}

/** A list of words, one a line. The text is kept as typed; empty lines count for nothing. */
function Lines({ field, spec, troubles, onChange, disabled }: FieldProps): ReactNode {
  const name = nameOf(field.path)
  const value = getAt(spec, field.path)
  const given = Array.isArray(value) ? value.map(String) : []
  const split = (text: string) => text.split('\n').filter(line => line !== '')
  const [typed, setTyped] = useState(given.join('\n'))
  const text = split(typed).join('\n') === given.join('\n') ? typed : given.join('\n')
  return (
    <Field
      label={labelFor(field)}
      hint={t('One a line. {hint}', { hint: field.hint })}
      error={troubleAt(troubles, name, true)}
    >
      <TextArea
        data-field={name}
        className="mono text-secondary!"
        disabled={disabled}
        value={text}
        spellCheck={false}
        onChange={event => {
          setTyped(event.target.value)
          const lines = split(event.target.value)
          onChange(field.path, lines.length ? lines : undefined)
        }}
      />
    </Field>
  )
}

function YesNo({ field, spec, onChange, disabled }: FieldProps): ReactNode {
  const standard = field.schema.default === true
  const value = getAt(spec, field.path)
  return (
    <Switch
      data-field={nameOf(field.path)}
      label={labelFor(field)}
      hint={field.hint}
      disabled={disabled}
      checked={typeof value === 'boolean' ? value : standard}
      onChange={event => onChange(field.path, event.target.checked === standard ? undefined : event.target.checked)}
    />
  )
}

const WORDS: Readonly<Record<string, () => string>> = {
  TextGeneration: () => t('Text: chat and completion'),
  TextEmbedding: () => t('Embeddings'),
}

function Choices({ field, spec, troubles, onChange, disabled }: FieldProps): ReactNode {
  const id = useId()
  const value = getAt(spec, field.path) ?? field.schema.default
  const on: readonly unknown[] = Array.isArray(value) ? value : []
  const options = field.schema.items?.enum ?? []
  const error = troubleAt(troubles, nameOf(field.path), true)
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined} className="grid gap-1.5">
      <legend className="text-secondary pb-1.5 font-medium">{labelFor(field)}</legend>
      <div className="flex flex-wrap gap-x-6">
        {options.map((one, at) => (
          <label key={one} className="flex items-center gap-2 coarse:min-h-11">
            <input
              type="checkbox"
              data-field={at === 0 ? nameOf(field.path) : undefined}
              className="accent-accent size-4"
              disabled={disabled}
              checked={on.includes(one)}
              onChange={event =>
                onChange(
                  field.path,
                  options.filter(other => (other === one ? event.target.checked : on.includes(other))),
                )
              }
            />
            {WORDS[String(one)]?.() ?? one}
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} role="alert" className="text-secondary text-failed">
          {error}
        </p>
      )}
    </fieldset>
  )
}
