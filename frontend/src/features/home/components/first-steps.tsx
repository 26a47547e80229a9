'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Corners } from '@/components/ui/corners'
import { Glyph } from '@/components/ui/pill'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'

/** The first run: what to do, in order, as far as the role may. */
export function FirstSteps({ models, chats }: { models: number; chats: number }): ReactNode {
  const deploy = useCan('models.write')
  const chat = useCan('chat')
  const keys = useCan('keys.own')
  const invite = useCan('tenant.admin')
  const steps = [
    deploy && { href: '/deploy', label: t('Deploy a model'), hint: t('Ten lines, or a form.'), done: models > 0 },
    chat && { href: '/chat', label: t('Ask it something'), hint: t('It wakes if it sleeps.'), done: chats > 0 },
    keys && {
      href: '/keys',
      label: t('Make a key for a program'),
      hint: t('Any OpenAI client works with it.'),
      done: false,
    },
    invite && { href: '/members', label: t('Invite somebody'), hint: t('By a link that works once.'), done: false },
  ].filter(step => step !== false)
  if (steps.length === 0) return null
  return (
    <Corners className="mb-8 px-6 py-5">
      <h2>{t('First steps')}</h2>
      <ol className="mt-2 grid gap-x-10 sm:grid-cols-2">
        {steps.map(step => (
          <li key={step.href} className="flex min-h-11 items-center gap-3">
            <span className={step.done ? 'text-ready' : 'text-text-3'}>
              <Glyph tone={step.done ? 'ready' : 'asleep'} />
            </span>
            <span className="min-w-0">
              <Link href={step.href} prefetch={false} className="link">
                {step.label}
              </Link>
              <span className="text-secondary text-text-3 block">{step.done ? t('Done.') : step.hint}</span>
            </span>
          </li>
        ))}
      </ol>
    </Corners>
  )
}
