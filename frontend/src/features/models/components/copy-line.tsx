'use client'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { toast } from '@/components/ui/toast'
import { t } from '@/lib/i18n/t'

/** A command on sunken ground with its copy button. */
export function CopyLine({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <div className="bg-sunken text-text-2 flex items-center gap-2.5 rounded-[7px] py-1 ps-3 pe-1.5">
      <code className="mono text-secondary min-w-0 flex-1 py-1 [overflow-wrap:anywhere]">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  )
}

export function CopyButton({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className="text-text-3 hover:text-text grid size-7 shrink-0 place-items-center coarse:size-11"
      onClick={() => void navigator.clipboard.writeText(text).then(() => toast(t('Copied')))}
    >
      <Icon of={Copy} small />
    </button>
  )
}

/** Several lines of code with its copy button. */
export function CodeBlock({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <div className="bg-sunken relative rounded-[7px]">
      <pre
        className="mono text-secondary overflow-x-auto px-4 py-3 pe-12 [overflow-wrap:anywhere] whitespace-pre-wrap"
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        {text}
      </pre>
      <span className="absolute end-1.5 top-1.5">
        <CopyButton text={text} label={t('Copy')} />
      </span>
    </div>
  )
}
