'use client'
import clsx from 'clsx'
import { ChevronDown, Search } from 'lucide-react'
import { cloneElement, useId, type ComponentProps, type ReactElement, type ReactNode } from 'react'
import { Icon } from './icon'
import { Kbd } from './kbd'

interface FieldProps {
  label: string
  /** What it means, or its unit. */
  hint?: ReactNode
  /** What is wrong and how to mend it. What was typed stays. */
  error?: string | undefined
  children: ReactElement<{
    id?: string
    'aria-describedby'?: string
    'aria-invalid'?: boolean
    'aria-errormessage'?: string
  }>
}

/** Label, control, hint and error, tied together for readers. The one child is the control. */
export function Field({ label, hint, error, children }: FieldProps): ReactNode {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const control = cloneElement(children, {
    id,
    ...(described && { 'aria-describedby': described }),
    ...(error && { 'aria-invalid': true }),
  })
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-secondary text-text font-medium">
        {label}
      </label>
      {control}
      {hint && (
        <p id={`${id}-hint`} className="text-note text-text-3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-secondary text-failed" role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

const LOOK =
  'w-full rounded-control border border-line-strong bg-surface px-3 text-text placeholder:text-text-3 aria-invalid:border-failed-fill disabled:opacity-60'

export function TextInput({ className, ...rest }: ComponentProps<'input'>): ReactNode {
  return <input {...rest} className={clsx(LOOK, 'h-9 compact:h-[30px] coarse:h-11', className)} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>): ReactNode {
  return <textarea {...rest} className={clsx(LOOK, 'field-sizing-content min-h-[72px] py-2 leading-5', className)} />
}

export function Select({ className, children, ...rest }: ComponentProps<'select'>): ReactNode {
  return (
    <span className={clsx('text-text-2 relative block', className)}>
      <select {...rest} className={clsx(LOOK, 'h-9 compact:h-[30px] coarse:h-11 appearance-none pe-9')}>
        {children}
      </select>
      <span className="pointer-events-none absolute inset-y-0 end-3 grid place-items-center">
        <Icon of={ChevronDown} small />
      </span>
    </span>
  )
}

/** A choice that acts at once. */
export function Switch({
  label,
  hint,
  ...rest
}: { label: string; hint?: string } & ComponentProps<'input'>): ReactNode {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5 py-1 coarse:min-h-11">
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-describedby={hint ? `${id}-hint` : undefined}
        {...rest}
        className="accent-accent mt-0.5 size-4 shrink-0"
      />
      <div>
        <label htmlFor={id} className="text-text">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-note text-text-3">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

/** A filter or search box with its key. */
export function SearchField({
  label,
  shortcut,
  className,
  ...rest
}: { label: string; shortcut?: string } & ComponentProps<'input'>): ReactNode {
  return (
    <div className={clsx('text-text-3 relative flex items-center', className)}>
      <span className="pointer-events-none absolute start-3">
        <Icon of={Search} small />
      </span>
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        {...rest}
        className={clsx(LOOK, 'h-[34px] coarse:h-11 ps-9 pe-9 [&::-webkit-search-cancel-button]:hidden')}
      />
      {shortcut && (
        <span className="pointer-events-none absolute end-2.5 max-sm:hidden">
          <Kbd>{shortcut}</Kbd>
        </span>
      )}
    </div>
  )
}
