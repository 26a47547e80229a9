import { useId, type ReactNode } from 'react'

export interface Choice {
  readonly id: string
  readonly label: string
  /** What it means. */
  readonly hint?: string
}

interface ChoicesProps {
  legend: string
  hint?: string
  /** What is wrong and how to mend it. */
  error?: string | undefined
  options: readonly Choice[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  /** Several may be chosen. */
  many?: boolean
  disabled?: boolean
}

/** Radio buttons, or boxes to tick where several go, each with a line on what it means. */
export function Choices({ legend, hint, error, options, chosen, onChange, many, disabled }: ChoicesProps): ReactNode {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const choose = (one: string, on: boolean) => onChange(many ? toggled(chosen, one, on) : [one])
  return (
    <fieldset disabled={disabled} aria-describedby={described || undefined} className="grid gap-1.5">
      <legend className="text-secondary text-text mb-1.5 font-medium">{legend}</legend>
      <div className="grid max-h-80 gap-1 overflow-y-auto">
        {options.map(option => (
          <label
            key={option.id}
            className={`flex gap-2.5 py-1 coarse:min-h-11 ${option.hint ? 'items-start' : 'items-center'}`}
          >
            <input
              type={many ? 'checkbox' : 'radio'}
              name={id}
              value={option.id}
              checked={chosen.includes(option.id)}
              onChange={event => choose(option.id, event.target.checked)}
              className={`accent-accent size-4 shrink-0 ${option.hint ? 'mt-0.5' : ''}`}
            />
            <span className="min-w-0 [overflow-wrap:anywhere]">
              <span className="text-text block">{option.label}</span>
              {option.hint && <span className="text-note text-text-3 block">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
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
    </fieldset>
  )
}

function toggled(chosen: readonly string[], one: string, on: boolean): string[] {
  return on ? [...chosen, one] : chosen.filter(other => other !== one)
}
