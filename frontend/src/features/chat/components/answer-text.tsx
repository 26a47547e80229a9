'use client'
import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { useMarkdown } from '../hooks/use-markdown'

interface Props {
  text: string
  reasoning: string
  writing: boolean
}

export function AnswerText({ text, reasoning, writing }: Props): ReactNode {
  const Markdown = useMarkdown()
  return (
    <>
      {reasoning && <Reasoning text={reasoning} writing={writing && text === ''} />}
      {text !== '' && (
        <div className={writing ? 'being-written' : undefined}>
          {Markdown ? (
            <Markdown text={text} done={!writing} />
          ) : (
            <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
          )}
        </div>
      )}
      {writing && text === '' && (
        <span aria-hidden className="bg-accent inline-block h-[17px] w-2 rounded-[1px] align-[-3px]" />
      )}
    </>
  )
}

function Reasoning({ text, writing }: { text: string; writing: boolean }): ReactNode {
  return (
    <details className="text-text-2 mb-3">
      <summary className="text-secondary hover:text-text w-fit coarse:min-h-11">
        {writing ? t('Thinking') : t('What it thought first')}
      </summary>
      <p className="border-line text-body mt-1 border-s ps-3 whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
    </details>
  )
}
