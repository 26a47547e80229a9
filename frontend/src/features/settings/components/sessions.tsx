'use client'
import { useState, type ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { toast } from '@/components/ui/toast'
import { TroubleNote } from '@/components/ui/trouble'
import { toTrouble } from '@/lib/api/problem'
import { t } from '@/lib/i18n/t'
import { ago } from '@/lib/time/words'
import { useEndSession } from '../api/mutations'
import { useSessions, type Session } from '../api/queries'
import { sayDevice } from '../device'
import { Section } from './section'

export function Sessions(): ReactNode {
  const { data, error, refetch } = useSessions()
  return (
    <Section title={t('Devices')} lead={t('Where you are signed in. Ending a session signs it out within seconds.')}>
      {data && (
        <ul>
          {data.map(session => (
            <Row key={session.id} session={session} />
          ))}
        </ul>
      )}
      {error && <TroubleNote trouble={toTrouble(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={2} height={44} />}
    </Section>
  )
}

function Row({ session }: { session: Session }): ReactNode {
  const end = useEndSession()
  const [now] = useState(() => new Date())
  const device = sayDevice(session.device)
  return (
    <li className="border-line flex min-h-[52px] items-center gap-4 border-b py-2 first:border-t">
      <div className="min-w-0 flex-1">
        <div className="truncate">
          {device}{' '}
          {session.current && <span className="text-ready text-secondary font-medium">{t('this browser')}</span>}
        </div>
        <div className="text-note text-text-3 num truncate">
          {t('Last used {when} from {address}', {
            when: ago(new Date(session.used_at), now),
            address: session.address,
          })}
        </div>
      </div>
      {!session.current && (
        <Button
          small
          busy={end.isPending}
          aria-label={t('End the session on {device}', { device })}
          onClick={() => end.mutate(session.id, { onError: error => toast(toTrouble(error).what) })}
        >
          {t('End session')}
        </Button>
      )}
    </li>
  )
}
