'use client'
import { useSyncExternalStore, type ReactNode } from 'react'
import { Dialog } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { t } from '@/lib/i18n/t'
import { onShortcuts, registered } from '@/lib/keyboard/keys'

const MAC = /Mac|iPhone|iPad/

/** `mod+k` as the reader's keyboard has it: "Ctrl K" or "⌘ K". */
export function sayKeys(keys: string, platform: string): readonly string[] {
  const mod = MAC.test(platform) ? '⌘' : 'Ctrl'
  return keys
    .split(/[ +]/)
    .map(key => (key === 'mod' ? mod : key.length === 1 && keys.includes('+') ? key.toUpperCase() : key))
}

/** What can be pressed here and now. */
export default function KeysSheet({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const shortcuts = useSyncExternalStore(onShortcuts, registered, registered)
  return (
    <Dialog open={open} onClose={onClose} title={t('Keys')} wide>
      <dl className="grid gap-x-10 sm:grid-cols-2">
        {shortcuts.map(({ keys, label }) => (
          <div key={keys} className="border-line flex min-h-9 items-center justify-between gap-4 border-b">
            <dt>{label}</dt>
            <dd className="flex gap-1">
              {sayKeys(keys, navigator.platform).map((key, at) => (
                <Kbd key={at}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-secondary text-text-3 mt-4">
        {t('Single letters do nothing while you type. Settings can switch them off.')}
      </p>
    </Dialog>
  )
}
