'use client'
import { KeyRound, Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Icon } from '@/components/ui/icon'
import { Page } from '@/components/ui/page'
import { Skeleton } from '@/components/ui/skeleton'
import { Segmented } from '@/components/ui/tabs'
import { toast } from '@/components/ui/toast'
import { TroubleNote } from '@/components/ui/trouble'
import { troubleIn } from '@/lib/api/trouble-in'
import { useOnline } from '@/lib/api/use-online'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useShortcut } from '@/lib/keyboard/keys'
import { useCommands } from '@/lib/palette/commands'
import { moveTo, useSearch } from '@/lib/route/segment'
import { ago } from '@/lib/time/words'
import { useKeys } from '../api/queries'
import type { KeyRow } from '../api/rows'
import { leadOf } from '../store/words'
import { KeysTable } from './keys-table'

const CreateDialog = dynamic(() => import('./create-dialog').then(file => file.CreateDialog), { ssr: false })
const RevokeDialog = dynamic(() => import('./revoke-dialog').then(file => file.RevokeDialog), { ssr: false })

type Open = { kind: 'create' } | { kind: 'revoke'; key: KeyRow } | undefined

export function KeysScreen(): ReactNode {
  const all = useCan('tenant.admin')
  const search = useSearch()
  const mine = !all || search.get('of') !== 'all'
  const query = useKeys(mine)
  const online = useOnline()
  const [open, setOpen] = useState<Open>()
  const create = useCallback(() => online && setOpen({ kind: 'create' }), [online])
  const close = useCallback(() => setOpen(undefined), [])
  useShortcut('n', t('Create a key'), create)
  useCommands(useMemo(() => [{ id: 'keys.create', label: t('Create a key'), group: t('Keys'), run: create }], [create]))
  const now = new Date()
  const rows = query.data
  const trouble = troubleIn(query)
  return (
    <Page
      title={t('Keys')}
      lead={
        rows ? (
          <Lead rows={rows} online={online} at={new Date(query.dataUpdatedAt)} />
        ) : (
          t('For programs that call your Models')
        )
      }
      actions={
        <>
          {all && <Whose mine={mine} />}
          <Button tone="primary" icon={<Icon of={Plus} small />} onClick={create} disabled={!online}>
            {t('Create a key')}
          </Button>
        </>
      }
    >
      {trouble && <TroubleNote trouble={trouble} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton rows={6} height={37} />}
      {rows?.length === 0 && <None online={online} create={create} />}
      {rows && rows.length > 0 && (
        <KeysTable
          rows={rows}
          owners={!mine}
          now={now}
          {...(online && { onRevoke: (key: KeyRow) => setOpen({ kind: 'revoke', key }) })}
        />
      )}
      {open?.kind === 'create' && <CreateDialog onClose={close} />}
      {open?.kind === 'revoke' && (
        <RevokeDialog
          of={open.key}
          onClose={close}
          onDone={() => (close(), toast(t('{name} is revoked.', { name: open.key.name })))}
        />
      )}
    </Page>
  )
}

function Lead({ rows, online, at }: { rows: readonly KeyRow[]; online: boolean; at: Date }): ReactNode {
  const now = new Date()
  if (online) return leadOf(rows, now)
  return t('As of {when}. Keys are made and revoked when you are connected again.', { when: ago(at, now) })
}

function Whose({ mine }: { mine: boolean }): ReactNode {
  return (
    <Segmented
      label={t('Whose keys')}
      options={[
        { id: 'mine', label: t('Mine') },
        { id: 'all', label: t('All') },
      ]}
      active={mine ? 'mine' : 'all'}
      onChange={id => moveTo(id === 'all' ? '?of=all' : location.pathname, 'replace')}
    />
  )
}

function None({ online, create }: { online: boolean; create: () => void }): ReactNode {
  return (
    <Empty
      action={
        online && (
          <Button icon={<Icon of={KeyRound} small />} onClick={create}>
            {t('Create the first key')}
          </Button>
        )
      }
    >
      {t('A key lets a program call your Models as OpenAI clients do, with what you may do yourself and never more.')}
    </Empty>
  )
}
