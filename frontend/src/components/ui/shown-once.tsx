'use client'
import { Check, Copy } from 'lucide-react'
import { useRef, useState, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { Button } from './button'
import { Dialog } from './dialog'
import { Icon } from './icon'

interface DialogProps {
  title: string
  /** What it is: "The key". */
  label: string
  text: string
  onClose: () => void
  /** What to do with it, above it. */
  lead: ReactNode
  /** What else is good to know, below it. */
  children?: ReactNode
}

/** Shows a secret that nobody can read again; closes only when it has been copied, by button or by hand. */
export function ShownOnceDialog({ title, label, text, onClose, lead, children }: DialogProps): ReactNode {
  const [copied, setCopied] = useState(false)
  return (
    <Dialog
      open
      locked={!copied}
      title={title}
      onClose={onClose}
      actions={
        <Button tone="primary" disabled={!copied} onClick={onClose}>
          {t('Done')}
        </Button>
      }
    >
      <div className="grid gap-4">
        <p>{lead}</p>
        <ShownOnce label={label} text={text} copied={copied} onCopied={() => setCopied(true)} />
        {children}
      </div>
    </Dialog>
  )
}

interface ShownOnceProps extends Pick<DialogProps, 'label' | 'text'> {
  copied: boolean
  onCopied: () => void
}

function ShownOnce({ label, text, copied, onCopied }: ShownOnceProps): ReactNode {
  const shown = useRef<HTMLElement>(null)
  const [refused, setRefused] = useState(false)
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      onCopied()
    } catch {
      setRefused(true)
      if (shown.current) getSelection()?.selectAllChildren(shown.current)
    }
  }
  return (
    <div className="grid gap-2">
      <code
        ref={shown}
        aria-label={label}
        onCopy={onCopied}
        className="mono bg-sunken text-text rounded-code text-secondary block p-3 [overflow-wrap:anywhere] select-all"
      >
        {text}
      </code>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2" role="status">
        <Button onClick={() => void copy()} icon={<Icon of={copied ? Check : Copy} small />}>
          {copied ? t('Copied') : t('Copy')}
        </Button>
        {!copied && !refused && (
          <span className="text-text-3">{t('Copy it before you close: it is not shown again.')}</span>
        )}
        {!copied && refused && (
          <label className="flex items-start gap-2 coarse:min-h-11">
            <input type="checkbox" className="accent-accent mt-0.5 size-4 shrink-0" onChange={onCopied} />
            {t('The browser did not let it be copied. Copy the marked text yourself, then tick this.')}
          </label>
        )}
      </div>
    </div>
  )
}
