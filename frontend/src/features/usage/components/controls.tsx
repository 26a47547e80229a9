'use client'
import { ChevronDown, Download } from 'lucide-react'
import { useCallback, useMemo, type ReactNode } from 'react'
import { Button, buttonLook } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { Segmented } from '@/components/ui/tabs'
import { useOnline } from '@/lib/api/use-online'
import { t } from '@/lib/i18n/t'
import { useShortcut } from '@/lib/keyboard/keys'
import { useCommands } from '@/lib/palette/commands'
import type { useExport } from '../hooks/use-export'
import { RANGES, rangeWords } from '../store/range'
import type { Rights, View } from '../store/view'

interface ControlsProps {
  view: View
  rights: Rights
  choose: (name: string, value: string) => void
  now: Date
  saving: ReturnType<typeof useExport>
  /** What was asked for may not be seen. */
  refused: boolean
}

export function Controls({ view, rights, choose, now, saving, refused }: ControlsProps): ReactNode {
  const online = useOnline()
  const { run } = saving
  const able = online && !refused
  const save = useCallback(() => able && void run(), [able, run])
  useShortcut('e', t('Export CSV'), save)
  useCommands(useMemo(() => [{ id: 'usage.csv', label: t('Export CSV'), group: t('Usage'), run: save }], [save]))
  const days = rangeWords(view.range, now)
  return (
    <div className="flex flex-wrap gap-3">
      {rights.tenant && (
        <Segmented
          label={t('Whose usage')}
          options={[
            { id: 'mine', label: t('Mine') },
            { id: 'tenant', label: t('Tenant') },
          ]}
          active={view.scope}
          onChange={scope => choose('scope', scope)}
        />
      )}
      <Menu
        label={t('Days: {days}', { days })}
        className={buttonLook({})}
        items={RANGES.map(id => ({
          label: rangeWords(id, now),
          checked: id === view.range,
          onSelect: () => choose('range', id),
        }))}
      >
        {days}
        <Icon of={ChevronDown} small />
      </Menu>
      <Button icon={<Icon of={Download} small />} onClick={save} busy={saving.busy} disabled={!able}>
        <span className="max-sm:sr-only">{t('Export CSV')}</span>
      </Button>
    </div>
  )
}
