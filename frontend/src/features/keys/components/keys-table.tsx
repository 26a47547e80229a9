import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Table, type Column } from '@/components/ui/table'
import { t } from '@/lib/i18n/t'
import type { KeyRow } from '../api/rows'
import { endTone, endWords, modelsWords, scopeWords, usedWords, type EndTone } from '../store/words'

interface KeysTableProps {
  rows: readonly KeyRow[]
  /** Whose each is, where they are everybody's. */
  owners: boolean
  now: Date
  /** Absent: they cannot be revoked now. */
  onRevoke?: (key: KeyRow) => void
}

const TONES: Readonly<Record<EndTone, string>> = {
  over: 'text-failed',
  soon: 'text-waking',
  later: 'text-text-2',
  never: 'text-text-2',
}

function columnsFor(owners: boolean, now: Date): Column<KeyRow>[] {
  const owner: Column<KeyRow> = {
    id: 'owner',
    head: t('Whose'),
    minor: true,
    cell: key => (key.service ? t('The tenant') : (key.creator ?? t('Made by a command'))),
  }
  return [
    { id: 'name', head: t('Key'), cell: key => <Name of={key} /> },
    ...(owners ? [owner] : []),
    {
      id: 'models',
      head: t('Models'),
      minor: true,
      cell: key => <span title={key.models?.join(', ')}>{modelsWords(key.models)}</span>,
    },
    { id: 'scopes', head: t('May'), minor: true, cell: key => scopeWords(key.scopes) },
    {
      id: 'ends',
      head: t('Validity'),
      minor: true,
      cell: key => <span className={clsx('num', TONES[endTone(key.endsAt, now)])}>{endWords(key.endsAt, now)}</span>,
    },
    { id: 'used', head: t('Use'), minor: true, cell: key => <span className="num">{usedWords(key.usedAt, now)}</span> },
  ]
}

function Name({ of: key }: { of: KeyRow }): ReactNode {
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <span className="font-medium [overflow-wrap:anywhere]">{key.name}</span>
      <span className="mono text-note text-text-3">{key.shape}</span>
    </span>
  )
}

export function KeysTable({ rows, owners, now, onRevoke }: KeysTableProps): ReactNode {
  const revoke =
    onRevoke &&
    ((key: KeyRow) => (
      <Button small tone="ghost" aria-label={t('Revoke {name}', { name: key.name })} onClick={() => onRevoke(key)}>
        {t('Revoke')}
      </Button>
    ))
  return (
    <Table
      caption={owners ? t('Keys of everybody in the tenant') : t('Your keys')}
      columns={columnsFor(owners, now)}
      rows={rows}
      keyOf={key => key.id}
      {...(revoke && { menu: revoke })}
    />
  )
}
