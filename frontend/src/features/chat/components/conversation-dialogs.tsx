'use client'
import { useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { ConfirmDialog, Dialog } from '@/components/ui/dialog'
import { Field, TextInput } from '@/components/ui/field'
import { t } from '@/lib/i18n/t'
import type { Conversation } from '@/lib/offline/store'
import { moveTo } from '@/lib/route/segment'
import { runtime } from '@/lib/runtime/runtime'
import { isRunning } from '@/lib/stream/turns'
import { ports, remove, rename } from '../api/changes'

export interface Asked {
  readonly kind: 'rename' | 'delete'
  readonly row: Conversation
}

interface Props {
  asked: Asked | undefined
  /** The conversation on screen: deleting it leaves it. */
  openId: string | undefined
  onClose: () => void
}

export function ConversationDialogs({ asked, openId, onClose }: Props): ReactNode {
  const row = asked?.row
  const confirm = () => {
    if (!row) return
    onClose()
    if (row.id === openId) moveTo('/chat', 'replace')
    const { turns } = runtime()
    for (const turn of turns.all())
      if (turn.conversationId === row.id && isRunning(turn)) void turns.stop(turn.turnId).catch(() => undefined)
    void remove(ports(), row.id)
  }
  return (
    <>
      <RenameDialog key={row?.id} row={asked?.kind === 'rename' ? row : undefined} onClose={onClose} />
      <ConfirmDialog
        open={asked?.kind === 'delete'}
        onClose={onClose}
        title={t('Delete “{title}”?', { title: row?.title ?? '' })}
        verb={t('Delete')}
        destructive
        onConfirm={confirm}
      >
        <p>{t('All its messages go, on every device of yours. Nothing brings them back.')}</p>
      </ConfirmDialog>
    </>
  )
}

const TITLE_MOST = 200

function RenameDialog({ row, onClose }: { row: Conversation | undefined; onClose: () => void }): ReactNode {
  const [title, setTitle] = useState<string>()
  const [tried, setTried] = useState(false)
  const text = (title ?? row?.title ?? '').trim()
  const error = tried && text === '' ? t('A conversation needs a title: type at least one character.') : undefined
  const save = () => {
    setTried(true)
    if (!row || text === '') return
    onClose()
    if (text !== row.title) void rename(ports(), row.id, text)
  }
  return (
    <Dialog
      open={row !== undefined}
      onClose={onClose}
      title={t('Rename conversation')}
      actions={
        <>
          <Button onClick={onClose}>{t('Cancel')}</Button>
          <Button tone="primary" onClick={save}>
            {t('Rename')}
          </Button>
        </>
      }
    >
      <form onSubmit={event => (event.preventDefault(), save())}>
        <Field label={t('Title')} error={error}>
          <TextInput
            value={title ?? row?.title ?? ''}
            maxLength={TITLE_MOST}
            autoFocus
            onChange={event => setTitle(event.target.value)}
          />
        </Field>
      </form>
    </Dialog>
  )
}
