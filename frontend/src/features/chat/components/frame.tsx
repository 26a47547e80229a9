import clsx from 'clsx'
import type { ReactNode } from 'react'

/** Margin, text column of at most 648 px, and room at the side; in narrow threads one column. */
const GRID =
  'grid px-4 @min-[600px]:px-7 @min-[600px]:grid-cols-[124px_minmax(0,648px)_minmax(0,1fr)] @min-[600px]:gap-x-6'

/** What stands in the text column: the composer, a notice. */
export function Column({ children, className }: { children: ReactNode; className?: string }): ReactNode {
  return (
    <div className={clsx(GRID, className)}>
      <div className="min-w-0 @min-[600px]:col-start-2">{children}</div>
    </div>
  )
}

interface ArticleProps {
  who: string
  /** Time, wait, speed: under each other in the margin, in one line above on phones. */
  notes: readonly string[]
  own?: boolean
  children: ReactNode
  onClick?: () => void
}

/**
 * A message as in a logbook: who and when in the margin, the words beside it. Own words carry the accent's rule.
 *
 * The list that holds it switches pointer events off while it scrolls. `pointer-events-auto` keeps that from being
 * inherited: an answer that grows scrolls all the time, and every element in it would be styled anew twice a drawing.
 */
export function Article({ who, notes, own, children, onClick }: ArticleProps): ReactNode {
  return (
    <article aria-label={who} onClick={onClick} className={clsx(GRID, 'group/message pointer-events-auto pb-6')}>
      <header className="text-text-3 text-secondary @min-[600px]:text-note mb-1 flex min-w-0 flex-wrap gap-x-2 @min-[600px]:mb-0 @min-[600px]:block @min-[600px]:pt-[3px] @min-[600px]:text-end @min-[600px]:leading-[17px]!">
        <b className="text-text text-secondary font-medium [overflow-wrap:anywhere] @min-[600px]:block">{who}</b>
        <span className="num @min-[600px]:hidden">{notes.join(', ')}</span>
        {notes.map(note => (
          <span key={note} className="num hidden @min-[600px]:block">
            {note}
          </span>
        ))}
      </header>
      <div
        className={clsx(
          'relative min-w-0 text-[16px] leading-[25px] @min-[600px]:text-[15.5px]',
          own && 'border-accent border-s-2 ps-3 @min-[600px]:-ms-[18px] @min-[600px]:ps-4',
        )}
      >
        {children}
      </div>
    </article>
  )
}
