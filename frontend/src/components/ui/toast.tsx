'use client'
import { useEffect, useState, type ReactNode } from 'react'
import { create } from 'zustand'
import { t } from '@/lib/i18n/t'
import { Button } from './button'

export const TOAST_MS = 6000

interface Toast {
  readonly id: number
  readonly text: string
  readonly undo?: (() => void) | undefined
}

interface Toasts {
  readonly shown: readonly Toast[]
  readonly say: (text: string, undo?: () => void) => void
  readonly drop: (id: number) => void
}

let next = 1

export const useToasts = create<Toasts>()(set => ({
  shown: [],
  // Three at most: more would cover the page, and the oldest has been seen.
  say: (text, undo) => set(({ shown }) => ({ shown: [...shown.slice(-2), { id: next++, text, undo }] })),
  drop: id => set(({ shown }) => ({ shown: shown.filter(toast => toast.id !== id) })),
}))

/** One line for 6 s, with undo where there is one. Never for an error that needs an action. */
export function toast(text: string, undo?: () => void): void {
  useToasts.getState().say(text, undo)
}

function One({ toast }: { toast: Toast }): ReactNode {
  const [held, setHeld] = useState(false)
  const drop = useToasts(state => state.drop)
  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => drop(toast.id), TOAST_MS)
    return () => clearTimeout(timer)
  }, [held, drop, toast.id])
  const hold = {
    onMouseEnter: () => setHeld(true),
    onMouseLeave: () => setHeld(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  }
  return (
    <div
      {...hold}
      className="bg-text text-bg rounded-control shadow-raised pointer-events-auto flex min-h-10 max-w-[min(92vw,480px)] items-center gap-3 py-1 ps-4 pe-2"
    >
      <span className="min-w-0 flex-1 truncate">{toast.text}</span>
      {toast.undo && (
        <Button small tone="ghost" className="text-bg! underline" onClick={() => (toast.undo?.(), drop(toast.id))}>
          {t('Undo')}
        </Button>
      )}
      <Button small tone="ghost" className="text-bg!" onClick={() => drop(toast.id)}>
        {t('Close')}
      </Button>
    </div>
  )
}

export function ToastHost(): ReactNode {
  const shown = useToasts(state => state.shown)
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-[76px] z-50 grid justify-items-center gap-2 sm:bottom-6"
    >
      {shown.map(toast => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  )
}
