'use client'
import { X } from 'lucide-react'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { Button, IconButton } from './button'
import { Field, TextInput } from './field'
import { Icon } from './icon'

interface DialogProps {
  open: boolean
  onClose: () => void
  /** The verb: "Suspend mistral-small?" */
  title: string
  children?: ReactNode
  /** Buttons, the safe one first. Focus starts on what is marked `data-first`. */
  actions?: ReactNode
  wide?: boolean
  /** Only the buttons inside close it, because it shows something this once. */
  locked?: boolean
}

/** The browser's own modal: focus trap, Escape and the inert page behind come with it. A sheet on phones. */
export function Dialog({ open, onClose, title, children, actions, wide, locked = false }: DialogProps): ReactNode {
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const dialog = element.current
    if (!open || !dialog) return
    const before = document.activeElement
    if (!dialog.open) dialog.showModal()
    dialog.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [open])
  function closed(): void {
    const dialog = element.current
    if (!dialog || dialog.open) return // told of an earlier closing
    if (locked) dialog.showModal()
    else onClose()
  }
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      onCancel={event => locked && event.preventDefault()}
      // A second Escape closes it whatever `cancel` answered.
      onClose={() => open && closed()}
      onClick={event => !locked && event.target === element.current && onClose()}
      className={`border-line-strong bg-surface shadow-raised rounded-composer m-auto w-full border p-0 backdrop:bg-black/40 max-sm:mb-0 max-sm:max-w-full max-sm:rounded-b-none ${wide ? 'sm:max-w-[720px]' : 'sm:max-w-[440px]'}`}
    >
      {open && (
        <div className="grid max-h-[85dvh] grid-rows-[auto_minmax(0,1fr)_auto]">
          <header className="flex items-start gap-3 px-5 pt-4 pb-2">
            <h2 id={heading} className="min-w-0 flex-1 pt-1.5 [overflow-wrap:anywhere]">
              {title}
            </h2>
            {!locked && <IconButton label={t('Close')} icon={<Icon of={X} />} onClick={onClose} />}
          </header>
          <div className="text-text-2 overflow-y-auto px-5 pb-4">{children}</div>
          {actions && (
            <footer className="border-line flex flex-wrap justify-end gap-2 border-t px-5 py-3 max-sm:pb-[max(12px,env(safe-area-inset-bottom))]">
              {actions}
            </footer>
          )}
        </div>
      )}
    </dialog>
  )
}

interface ConfirmProps extends Omit<DialogProps, 'actions'> {
  /** The verb on the button. */
  verb: string
  onConfirm: () => void
  busy?: boolean
  destructive?: boolean
  /** Must be typed before the button works: only where nothing brings it back. */
  typed?: string
}

export function ConfirmDialog({
  verb,
  onConfirm,
  busy,
  destructive,
  typed,
  children,
  ...rest
}: ConfirmProps): ReactNode {
  const [text, setText] = useState('')
  const blocked = typed !== undefined && text !== typed
  const actions = (
    <>
      <Button onClick={rest.onClose} data-first>
        {t('Keep it')}
      </Button>
      <Button tone={destructive ? 'danger' : 'primary'} onClick={onConfirm} disabled={blocked} busy={busy ?? false}>
        {verb}
      </Button>
    </>
  )
  return (
    <Dialog {...rest} actions={actions}>
      <div className="grid gap-4">
        {children}
        {typed !== undefined && (
          <Field label={t('Type {name} to confirm', { name: typed })}>
            <TextInput
              value={text}
              onChange={event => setText(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        )}
      </div>
    </Dialog>
  )
}
