'use client'
import { useRouter } from 'next/navigation'
import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type ReactNode,
} from 'react'
import clsx from 'clsx'
import { t } from '@/lib/i18n/t'
import { allCommands, findCommands, onCommands, type Command } from '@/lib/palette/commands'
import { useOwnCommands } from '../hooks/use-own-commands'

const MOST = 60

interface PaletteProps {
  open: boolean
  onClose: () => void
}

/** Everything there is to go to and to do, found by typing. */
export default function Palette({ open, onClose }: PaletteProps): ReactNode {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current
    if (open && dialog && !dialog.open) dialog.showModal()
    if (!open && dialog?.open) dialog.close()
  }, [open])
  return (
    <dialog
      ref={element}
      aria-label={t('Command palette')}
      onClose={onClose}
      onClick={event => event.target === element.current && onClose()}
      className="border-line-strong bg-surface shadow-raised rounded-composer mx-auto mt-[12dvh] mb-auto w-[calc(100%-24px)] max-w-[560px] border p-0 backdrop:bg-black/40"
    >
      {open && <Search onClose={onClose} />}
    </dialog>
  )
}

function Search({ onClose }: { onClose: () => void }): ReactNode {
  const list = useId()
  const router = useRouter()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const added = useSyncExternalStore(onCommands, allCommands, allCommands)
  const own = useOwnCommands(router.push)
  const found = useMemo(() => findCommands([...own, ...added], typed).slice(0, MOST), [own, added, typed])
  const active = Math.min(at, found.length - 1)

  function choose(command: Command | undefined): void {
    if (!command) return
    onClose()
    command.run()
  }

  function press(event: KeyboardEvent): void {
    const next = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: found.length - 1 }[event.key]
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(found[active])
    else if (next !== undefined && found.length) setAt((next + found.length) % found.length)
    else return
    event.preventDefault()
  }

  return (
    <div className="grid max-h-[66dvh] grid-rows-[auto_minmax(0,1fr)]">
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found[active] && `${list}-${active}`}
        aria-label={t('Search for a place or an action')}
        placeholder={t('Go to, do, or find a conversation')}
        value={typed}
        onChange={event => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={press}
        className="border-line text-section placeholder:text-text-3 h-[52px] border-b bg-transparent px-4 outline-none"
      />
      <Results id={list} found={found} active={active} onChoose={choose} />
    </div>
  )
}

interface ResultsProps {
  id: string
  found: readonly Command[]
  active: number
  onChoose: (command: Command) => void
}

function Results({ id, found, active, onChoose }: ResultsProps): ReactNode {
  const shown = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // Newer browsers answer with a promise, which an effect must not return.
    void shown.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  if (found.length === 0) {
    return (
      <p id={id} role="status" className="text-text-2 px-4 py-6">
        {t('Nothing has this name.')}
      </p>
    )
  }
  return (
    <ul id={id} role="listbox" aria-label={t('Results')} className="overflow-y-auto p-1.5">
      {found.map((command, at) => (
        <li
          key={command.id}
          ref={at === active ? shown : undefined}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === active}
          onMouseDown={event => event.preventDefault()}
          onClick={() => onChoose(command)}
          className={clsx(
            'flex min-h-9 items-center gap-3 rounded-pill px-3 coarse:min-h-11',
            at === active && 'bg-sunken',
          )}
        >
          <span className="min-w-0 flex-1 truncate">{command.label}</span>
          <span className="text-note text-text-3">{command.hint ?? command.group}</span>
        </li>
      ))}
    </ul>
  )
}
