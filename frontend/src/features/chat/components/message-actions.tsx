'use client'
import clsx from 'clsx'
import { Check, ChevronLeft, ChevronRight, Copy, Pencil, RefreshCw } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { neighbour, type Step } from '../store/thread'

interface Props {
  step: Step
  /** The text as it was written, for the clipboard. */
  text: string
  /** Shown without hovering. */
  open: boolean
  /** "214 tokens". */
  figure?: string | undefined
  onChoose: (child: string) => void
  onEdit?: (() => void) | undefined
  onRegenerate?: (() => void) | undefined
}

export function MessageActions({ step, text, open, figure, onChoose, onEdit, onRegenerate }: Props): ReactNode {
  const forks = step.siblings.length > 1
  const inFlow = open || forks
  return (
    <div
      className={clsx(
        'text-text-3 -ms-[9px] flex items-center gap-0.5 text-[13px]',
        inFlow
          ? 'mt-1.5'
          : 'absolute top-full opacity-0 group-focus-within/message:opacity-100 group-hover/message:opacity-100 coarse:hidden -mt-1.5',
      )}
    >
      <CopyButton text={text} />
      {onEdit && <IconButton label={t('Edit, as a new branch')} icon={<Icon of={Pencil} small />} onClick={onEdit} />}
      {onRegenerate && (
        <IconButton label={t('Answer again')} icon={<Icon of={RefreshCw} small />} onClick={onRegenerate} />
      )}
      {forks && <Branches step={step} onChoose={onChoose} />}
      {figure && <span className="num ps-2">{figure}</span>}
    </div>
  )
}

function CopyButton({ text }: { text: string }): ReactNode {
  const [copied, setCopied] = useState(false)
  return (
    <IconButton
      label={copied ? t('Copied') : t('Copy')}
      icon={<Icon of={copied ? Check : Copy} small />}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      onBlur={() => setCopied(false)}
    />
  )
}

function Branches({ step, onChoose }: { step: Step; onChoose: (child: string) => void }): ReactNode {
  const [before, after] = [neighbour(step, -1), neighbour(step, 1)]
  return (
    <span className="flex items-center" role="group" aria-label={t('Branches')}>
      <IconButton
        label={t('Earlier branch')}
        icon={<Icon of={ChevronLeft} small />}
        disabled={!before}
        onClick={() => before && onChoose(before)}
      />
      <span className="num whitespace-nowrap">
        {t('{at} of {n}', { at: step.siblings.indexOf(step.message.id) + 1, n: step.siblings.length })}
      </span>
      <IconButton
        label={t('Later branch')}
        icon={<Icon of={ChevronRight} small />}
        disabled={!after}
        onClick={() => after && onChoose(after)}
      />
    </span>
  )
}
