'use client'
import { CORE_SCHEMA, dump, load, YAMLException } from 'js-yaml'
import { useState, type ReactNode } from 'react'
import { Field, TextArea } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import { same } from '@/lib/schema-form/value'
import { draftOf, manifestOf, type Draft, type FieldTroubles } from '../store/deploy'

const write = (draft: Draft): string => dump(manifestOf(draft), { lineWidth: 100, noRefs: true })

interface YamlProps {
  draft: Draft
  troubles: FieldTroubles
  onChange: (draft: Draft) => void
  onBroken: (broken: boolean) => void
  disabled: boolean
}

/** The same object as a file. Text that cannot be read stays, and nothing is applied until it can. */
export function YamlView({ draft, troubles, onChange, onBroken, disabled }: YamlProps): ReactNode {
  const [typed, setTyped] = useState(() => write(draft))
  const [broken, setBroken] = useState<string>()
  const [seen, setSeen] = useState(draft)
  if (seen !== draft) {
    setSeen(draft)
    if (!broken && !same(seen, draft)) setTyped(write(draft))
  }
  function take(text: string): void {
    setTyped(text)
    const { next, wrong } = parse(text, draft)
    setBroken(wrong)
    onBroken(wrong !== undefined)
    if (!next) return
    setSeen(next)
    onChange(next)
  }
  const wrong = Object.entries(troubles)
  return (
    <div className="grid gap-3">
      <Field label={t('The Model as YAML')} hint={t('Comments are lost: form and file are one object.')} error={broken}>
        <TextArea
          className="mono text-secondary! min-h-[420px] whitespace-pre"
          value={typed}
          disabled={disabled}
          spellCheck={false}
          autoCapitalize="off"
          onChange={event => take(event.target.value)}
        />
      </Field>
      {!broken && wrong.length > 0 && (
        <ul role="alert" className="text-secondary text-failed grid gap-1">
          {wrong.map(([field, message]) => (
            <li key={field} className="[overflow-wrap:anywhere]">
              <span className="mono">{field}</span>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The draft that a text says, or why it says none. */
export function parse(text: string, before: Draft): { next?: Draft; wrong?: string } {
  try {
    const next = draftOf(load(text, { schema: CORE_SCHEMA }), before)
    return next ? { next } : { wrong: t('This is not a Model: it needs metadata.name and spec.') }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { reason, mark } = error
    return { wrong: t('Line {line}: {reason}.', { line: (mark?.line ?? 0) + 1, reason }) }
  }
}
