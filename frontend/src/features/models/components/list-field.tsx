'use client'
import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { itemFields, nameOf, type FormField } from '@/lib/schema-form/schema'
import { getAt } from '@/lib/schema-form/value'
import { labelFor } from '../layout'
import { troubleAt } from '../store/deploy'
import type { FieldProps } from './schema-field'

/** A list of objects, such as environment variables: each with its fields, one can be added and taken away. */
export function ListField({
  field,
  spec,
  troubles,
  onChange,
  disabled,
  render,
}: FieldProps & { render: (field: FormField) => ReactNode }): ReactNode {
  const value = getAt(spec, field.path)
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  const set = (next: readonly unknown[]) => onChange(field.path, next.length ? next : undefined)
  const own = troubleAt(troubles, nameOf(field.path))
  return (
    <fieldset className="border-line grid gap-4 border-s ps-4">
      <legend className="float-start w-full pb-1">
        <span className="text-body font-medium">{labelFor(field)}</span>
        {field.hint && <span className="text-note text-text-3 block font-normal">{field.hint}</span>}
      </legend>
      {own && (
        <p role="alert" className="text-secondary text-failed">
          {own}
        </p>
      )}
      {items.map((_, at) => (
        <div key={at} className="border-line flex items-start gap-2 border-b pb-4">
          <div className="grid min-w-0 flex-1 gap-3">
            {itemFields(field, at).map(one => (
              <div key={nameOf(one.path)}>{render(one)}</div>
            ))}
          </div>
          <IconButton
            label={t('Take away {n} of {field}', { n: at + 1, field: labelFor(field) })}
            icon={<Icon of={X} />}
            disabled={disabled}
            onClick={() => set(items.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <span>
        <Button
          small
          data-field={nameOf(field.path)}
          disabled={disabled}
          icon={<Icon of={Plus} small />}
          onClick={() => set([...items, {}])}
        >
          {t('Add to {field}', { field: labelFor(field) })}
        </Button>
      </span>
    </fieldset>
  )
}
