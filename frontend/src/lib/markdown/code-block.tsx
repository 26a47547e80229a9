'use client'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { createPart } from '../route/part'
import { showControls } from './safe'

/** Larger blocks stay plain: colouring them would cost more than it tells. */
export const HIGHLIGHT_MOST = 20_000

/** So much takes a millisecond or two. */
const AT_ONCE_MOST = 2000

const SETTLED_MS = 400

const useHighlighter = createPart(() => import('./highlight').then(file => file.highlight))

interface Props {
  text: string
  language: string | undefined
  /** Nothing is added to it any more. */
  settled?: boolean
}

export function CodeBlock({ text, language, settled = false }: Props): ReactNode {
  const coloured = useHighlight(text, language, settled)
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

/**
 * A short block that grows no more is coloured as it is drawn; a long one, or one that may still grow, once it has
 * rested.
 */
function useHighlight(text: string, language: string | undefined, settled: boolean): ReactNode | undefined {
  const highlight = useHighlighter()
  const atOnce = settled && text.length <= AT_ONCE_MOST
  const now = useMemo(
    () => (atOnce && language ? highlight?.(text, language) : undefined),
    [atOnce, highlight, text, language],
  )
  const [done, setDone] = useState<{ text: string; nodes: ReactNode }>()
  useEffect(() => {
    if (atOnce || !highlight || !language || text.length > HIGHLIGHT_MOST) return
    const timer = setTimeout(() => {
      const nodes = highlight(text, language)
      if (nodes) setDone({ text, nodes })
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [atOnce, highlight, text, language])
  return now ?? (done?.text === text ? done.nodes : undefined)
}
