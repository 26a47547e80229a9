'use client'
import type { ReactNode } from 'react'
import { Switch } from '@/components/ui/field'
import { Segmented } from '@/components/ui/tabs'
import { t } from '@/lib/i18n/t'
import { usePrefs, type Density, type Theme } from '@/lib/prefs/prefs'
import { Section } from './section'

function Row({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <span>{label}</span>
      {children}
    </div>
  )
}

export function Appearance(): ReactNode {
  const { theme, density, letters, set } = usePrefs()
  const themes = [
    { id: 'system', label: t('System') },
    { id: 'light', label: t('Light') },
    { id: 'dark', label: t('Dark') },
  ]
  const densities = [
    { id: 'comfortable', label: t('Comfortable') },
    { id: 'compact', label: t('Compact') },
  ]
  return (
    <Section title={t('Appearance and keys')} lead={t('Kept on this device only.')}>
      <Row label={t('Theme')}>
        <Segmented label={t('Theme')} options={themes} active={theme} onChange={id => set({ theme: id as Theme })} />
      </Row>
      <Row label={t('Density')}>
        <Segmented
          label={t('Density')}
          options={densities}
          active={density}
          onChange={id => set({ density: id as Density })}
        />
      </Row>
      <Switch
        label={t('Single-letter keys')}
        hint={t('“n” for a new chat, “g m” for Models and so on. Never while you type.')}
        checked={letters}
        onChange={event => set({ letters: event.target.checked })}
      />
    </Section>
  )
}
