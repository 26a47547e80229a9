'use client'
import { useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, TextArea, TextInput } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import type { Params } from '../api/read'
import { formOf, readForm, type ParamErrors } from '../store/params'

interface Props {
  params: Params
  onClose: () => void
  onSave: (params: Params) => void
}

/** What the next answers are asked with. Empty fields leave it to the Model. */
export default function ParamsDialog({ params, onClose, onSave }: Props): ReactNode {
  const [form, setForm] = useState(() => formOf(params))
  const [errors, setErrors] = useState<ParamErrors>({})
  const save = () => {
    const read = readForm(form)
    setErrors(read.errors)
    if (!read.params) return
    onSave(read.params)
    onClose()
  }
  const set = (change: Partial<typeof form>) => setForm(old => ({ ...old, ...change }))
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('How it answers here')}
      actions={
        <>
          <Button onClick={onClose}>{t('Cancel')}</Button>
          <Button tone="primary" onClick={save}>
            {t('Save')}
          </Button>
        </>
      }
    >
      <form className="grid gap-4" onSubmit={event => (event.preventDefault(), save())}>
        <Field
          label={t('System prompt')}
          hint={t('Stands before every question of this conversation.')}
          error={errors.system}
        >
          <TextArea value={form.system} autoFocus onChange={event => set({ system: event.target.value })} />
        </Field>
        <Field
          label={t('Temperature')}
          hint={t('0 gives the same answer each time, 2 the most varied ones. Empty: the Model’s own.')}
          error={errors.temperature}
        >
          <TextInput
            inputMode="decimal"
            value={form.temperature}
            onChange={event => set({ temperature: event.target.value })}
          />
        </Field>
        <Field
          label={t('Longest answer')}
          hint={t('In tokens; about 750 words are 1,000 tokens. Empty: as long as the Model wants.')}
          error={errors.maxTokens}
        >
          <TextInput
            inputMode="numeric"
            value={form.maxTokens}
            onChange={event => set({ maxTokens: event.target.value })}
          />
        </Field>
        <button type="submit" className="hidden" />
      </form>
    </Dialog>
  )
}
