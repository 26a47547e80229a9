'use client'
import { useMemo, type ReactNode } from 'react'
import { Field, TextInput } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import { leaves, nameOf, type Path } from '@/lib/schema-form/schema'
import { getAt, same } from '@/lib/schema-form/value'
import type { Spec } from '../api/types'
import { formFor, presets } from '../layout'
import { NAME, type Draft, type FieldTroubles } from '../store/deploy'
import { SchemaField } from './schema-field'

interface FieldsProps {
  draft: Draft
  isNew: boolean
  troubles: FieldTroubles
  onName: (name: string) => void
  onField: (path: Path, value: unknown) => void
  onPreset: (spec: Spec) => void
  disabled: boolean
}

export function FormFields(props: FieldsProps): ReactNode {
  const { draft, isNew, troubles, onName, onField, disabled } = props
  const form = useMemo(() => formFor(draft.spec.engine), [draft.spec.engine])
  const shared = { spec: draft.spec, troubles, onChange: onField }
  return (
    <>
      {isNew && <Presets spec={draft.spec} onPreset={props.onPreset} />}
      {isNew && (
        <Field label={t('Name')} hint={t('What callers send as model; it cannot change later.')} error={troubles[NAME]}>
          <TextInput
            data-field={NAME}
            value={draft.name}
            maxLength={63}
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="off"
            onChange={event => onName(event.target.value)}
          />
        </Field>
      )}
      {form.basic.map(field => (
        <SchemaField
          key={nameOf(field.path)}
          {...shared}
          field={field}
          disabled={disabled || (!isNew && nameOf(field.path) === 'engine')}
        />
      ))}
      <AllFields {...props} />
    </>
  )
}

function AllFields({ draft, troubles, onField, disabled }: FieldsProps): ReactNode {
  const rest = useMemo(() => formFor(draft.spec.engine).rest, [draft.spec.engine])
  const all = leaves(rest)
  const set = all.filter(field => getAt(draft.spec, field.path) !== undefined).length
  const wrong = all.some(field => Object.keys(troubles).some(name => name.startsWith(nameOf(field.path))))
  return (
    <details className="border-line border-t pt-3" open={wrong || undefined}>
      <summary className="cursor-pointer font-medium coarse:min-h-11">
        {t('All fields')}
        <span className="num text-text-3 ps-2 font-normal">{t('{n} more, {set} set', { n: all.length, set })}</span>
      </summary>
      <div className="grid gap-6 pt-5">
        {rest.map(field => (
          <SchemaField
            key={nameOf(field.path)}
            field={field}
            spec={draft.spec}
            troubles={troubles}
            onChange={onField}
            disabled={disabled}
          />
        ))}
      </div>
    </details>
  )
}

function Presets({ spec, onPreset }: { spec: Spec; onPreset: (spec: Spec) => void }): ReactNode {
  return (
    <div role="group" aria-label={t('Begin with')} className="grid gap-2 sm:grid-cols-3">
      {presets().map(preset => {
        const on = same(preset.spec, spec)
        return (
          <button
            key={preset.id}
            type="button"
            aria-pressed={on}
            onClick={() => onPreset(preset.spec)}
            className={`bg-surface rounded-control border px-3.5 py-2.5 text-start ${on ? 'border-text shadow-[inset_0_0_0_.5px_var(--text)]' : 'border-line-strong hover:border-text-2'}`}
          >
            <span className="block font-medium">{preset.label}</span>
            <span className="text-note text-text-3 block">{preset.hint}</span>
          </button>
        )
      })}
    </div>
  )
}
