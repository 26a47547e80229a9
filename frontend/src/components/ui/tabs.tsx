'use client'
import clsx from 'clsx'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'

export interface Tab {
  readonly id: string
  readonly label: string
}

interface TabsProps {
  tabs: readonly Tab[]
  active: string
  onChange: (id: string) => void
  label: string
  /** The id of the panel that it fills. */
  panel: string
}

/** A tab list by the ARIA pattern: arrows move, Home and End jump. It scrolls sideways on phones. */
export function Tabs({ tabs, active, onChange, label, panel }: TabsProps): ReactNode {
  const list = useRef<HTMLDivElement>(null)
  function move(event: KeyboardEvent): void {
    const at = tabs.findIndex(tab => tab.id === active)
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    const tab = next === undefined ? undefined : tabs[(next + tabs.length) % tabs.length]
    if (!tab) return
    event.preventDefault()
    onChange(tab.id)
    list.current?.querySelector<HTMLElement>(`[data-tab="${tab.id}"]`)?.focus()
  }
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      onKeyDown={move}
      className="flex gap-5 overflow-x-auto [scrollbar-width:none]"
    >
      {tabs.map(tab => {
        const on = tab.id === active
        return (
          <button
            key={tab.id}
            type="button"
            role="tab"
            data-tab={tab.id}
            aria-selected={on}
            aria-controls={panel}
            tabIndex={on ? 0 : -1}
            onClick={() => onChange(tab.id)}
            className={clsx(
              'shrink-0 pt-1 pb-1.5 coarse:min-h-11',
              on ? 'font-[540] shadow-[inset_0_-2px_0_var(--accent)]' : 'text-text-2 hover:text-text',
            )}
          >
            {tab.label}
          </button>
        )
      })}
    </div>
  )
}

/** Two or three exclusive choices side by side. */
export function Segmented({
  options,
  active,
  onChange,
  label,
}: {
  options: readonly Tab[]
  active: string
  onChange: (id: string) => void
  label: string
}): ReactNode {
  return (
    <div
      role="group"
      aria-label={label}
      className="border-line-strong rounded-control flex h-9 overflow-hidden border compact:h-[30px] coarse:h-11"
    >
      {options.map((option, at) => (
        <button
          key={option.id}
          type="button"
          aria-pressed={option.id === active}
          onClick={() => onChange(option.id)}
          className={clsx(
            'px-3.5 focus-visible:-outline-offset-2',
            at > 0 && 'border-line-strong border-s',
            option.id === active ? 'bg-text text-bg font-medium' : 'text-text-2 hover:text-text',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}

/** A filter that is on or off. */
export function Chip({ on, children, onClick }: { on: boolean; children: ReactNode; onClick: () => void }): ReactNode {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={clsx(
        'text-secondary bg-surface num h-[30px] shrink-0 rounded-[7px] border px-[11px] coarse:h-11',
        on
          ? 'border-text text-text shadow-[inset_0_0_0_.5px_var(--text)]'
          : 'border-line text-text-2 hover:border-line-strong',
      )}
    >
      {children}
    </button>
  )
}
