'use client'
import clsx from 'clsx'
import Link from 'next/link'
import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly hint?: string
  readonly href?: string
  readonly onSelect?: () => void
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly checked?: boolean
}

interface MenuProps {
  /** The button's content. */
  children: ReactNode
  label: string
  items: readonly MenuItem[]
  className?: string
  align?: 'start' | 'end'
}

/** A menu button by the ARIA pattern on the browser's own popover: outside click and Escape close it. */
export function Menu({ children, label, items, className, align = 'end' }: MenuProps): ReactNode {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const entries = () => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([aria-disabled="true"])') ?? []),
  ]

  function place(): void {
    const at = button.current?.getBoundingClientRect()
    const popover = list.current
    if (!at || !popover) return
    const below = innerHeight - at.bottom > popover.offsetHeight + 12
    popover.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - popover.offsetHeight - 4)}px`
    const left = align === 'end' ? at.right - popover.offsetWidth : at.left
    popover.style.left = `${Math.min(Math.max(8, left), innerWidth - popover.offsetWidth - 8)}px`
  }

  /** The browser gives the focus while it opens: told of it later, a quick hand's first keys would still reach the button. */
  function opening(event: { newState: string }): void {
    if (event.newState === 'open') focusOnOpening(entries(), entries()[0])
  }

  function move(event: KeyboardEvent): void {
    const all = entries()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (event.key === 'Tab') list.current?.hidePopover()
    if (next === undefined) return
    event.preventDefault()
    all[(next + all.length) % all.length]?.focus()
  }

  const close = () => {
    list.current?.hidePopover()
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-label={label}
        title={label}
        popoverTarget={id}
        className={
          className ??
          'text-text-2 hover:text-text hover:bg-sunken rounded-control grid size-[34px] place-items-center coarse:size-11'
        }
      >
        {children}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        onKeyDown={move}
        onBeforeToggle={opening}
        onToggle={event => event.newState === 'open' && place()}
        className="bg-surface border-line-strong shadow-raised text-text rounded-control fixed m-0 max-h-[70dvh] min-w-[190px] overflow-y-auto border p-1"
      >
        {items.map(item => (
          <Entry key={item.label} item={item} close={close} />
        ))}
      </div>
    </>
  )
}

/** Marks the one that a popover gives the focus to when it opens. */
export function focusOnOpening(entries: readonly HTMLElement[], chosen: HTMLElement | undefined): void {
  for (const entry of entries) entry.toggleAttribute('autofocus', entry === chosen)
}

function Entry({ item, close }: { item: MenuItem; close: () => void }): ReactNode {
  const look = clsx(
    'flex w-full items-center gap-2.5 rounded-pill px-2.5 py-1.5 text-start text-body hover:bg-sunken focus-visible:bg-sunken focus-visible:-outline-offset-2 coarse:min-h-11',
    item.danger && 'text-failed',
    item.disabled && 'opacity-50',
  )
  const inside = (
    <>
      {item.icon}
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      {item.hint && <span className="text-note text-text-3">{item.hint}</span>}
    </>
  )
  const role = item.checked === undefined ? 'menuitem' : 'menuitemradio'
  if (item.href)
    return (
      <Link prefetch={false} role={role} tabIndex={-1} href={item.href} onClick={close} className={look}>
        {inside}
      </Link>
    )
  return (
    <button
      type="button"
      role={role}
      aria-checked={item.checked}
      aria-disabled={item.disabled || undefined}
      tabIndex={-1}
      className={look}
      onClick={() => {
        if (item.disabled) return
        close()
        item.onSelect?.()
      }}
    >
      {inside}
    </button>
  )
}
