'use client'
import { useEffect, useState, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { showControls } from './safe'

/** Larger blocks stay plain: colouring them would cost more than it tells. */
export const HIGHLIGHT_MOST = 20_000

/** A settled block may be coloured in idle time; one that still grows changes too often. */
const SETTLED_MS = 400

export function CodeBlock({ text, language }: { text: string; language: string | undefined }): ReactNode {
  const coloured = useHighlight(text, language)
  const [copied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  return (
    <figure className="bg-sunken rounded-control group/code relative">
      <figcaption className="text-note text-text-3 flex items-center justify-between px-3 pt-2">
        <span className="mono">{language ?? ''}</span>
        <button
          type="button"
          onClick={copy}
          onBlur={() => setCopied(false)}
          className="hover:text-text rounded-code px-1 coarse:min-h-11 coarse:min-w-11"
        >
          {copied ? t('Copied') : t('Copy')}
        </button>
      </figcaption>
      <pre className="mono text-secondary overflow-x-auto px-3 pt-1 pb-3" tabIndex={0} aria-label={t('Code')}>
        <code>{coloured ?? showControls(text)}</code>
      </pre>
    </figure>
  )
}

function useHighlight(text: string, language: string | undefined): ReactNode | undefined {
  const [done, setDone] = useState<{ text: string; nodes: ReactNode }>()
  useEffect(() => {
    if (!language || text.length > HIGHLIGHT_MOST) return
    let off = false
    const timer = setTimeout(() => {
      void import('./highlight').then(({ highlight }) => {
        const nodes = highlight(text, language)
        if (!off && nodes) setDone({ text, nodes })
      })
    }, SETTLED_MS)
    return () => {
      off = true
      clearTimeout(timer)
    }
  }, [text, language])
  return done?.text === text ? done.nodes : undefined
}
