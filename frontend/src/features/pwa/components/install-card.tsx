'use client'
import { Plus, Share } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { t } from '@/lib/i18n/t'
import { usePrefs } from '@/lib/prefs/prefs'
import { installCard } from '../install'

interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

function useOffer(): InstallEvent | undefined {
  const [offer, setOffer] = useState<InstallEvent>()
  useEffect(() => {
    const keep = (event: Event) => {
      event.preventDefault()
      setOffer(event as InstallEvent)
    }
    addEventListener('beforeinstallprompt', keep)
    return () => removeEventListener('beforeinstallprompt', keep)
  }, [])
  return offer
}

const ios = () => /iPhone|iPad/.test(navigator.userAgent) && !/CriOS|FxiOS/.test(navigator.userAgent)

/** Offers to install, quietly, at the foot of the page. */
export function InstallCard(): ReactNode {
  const { visits, installHiddenAt, set } = usePrefs()
  const offer = useOffer()
  const [now] = useState(Date.now)
  const kind = installCard(
    { visits, installHiddenAt },
    { offered: offer !== undefined, ios: ios(), standalone: matchMedia('(display-mode: standalone)').matches },
    now,
  )
  if (kind === 'none') return null
  const hide = () => set({ installHiddenAt: Date.now() })
  return (
    <aside
      aria-label={t('Install Freehold')}
      className="border-line-strong bg-surface shadow-raised rounded-composer fixed end-4 bottom-20 z-40 grid w-[min(92vw,340px)] gap-2 border p-4 sm:bottom-4"
    >
      <p className="font-medium">{t('Keep Freehold at hand')}</p>
      {kind === 'button' ? (
        <p className="text-text-2">{t('As an app it has its own window and opens offline.')}</p>
      ) : (
        <Steps />
      )}
      <div className="flex gap-2 pt-1">
        {kind === 'button' && (
          <Button
            onClick={() => {
              hide()
              void offer?.prompt()
            }}
          >
            {t('Install')}
          </Button>
        )}
        <Button tone="ghost" onClick={hide}>
          {t('Not now')}
        </Button>
      </div>
    </aside>
  )
}

/** On iOS only the reader can do it. */
function Steps(): ReactNode {
  return (
    <ol className="text-text-2 grid gap-2">
      <li className="flex items-center gap-2">
        <Icon of={Share} /> {t('Tap Share below.')}
      </li>
      <li className="flex items-center gap-2">
        <Icon of={Plus} /> {t('Choose “Add to Home Screen”.')}
      </li>
    </ol>
  )
}
