'use client'
import clsx from 'clsx'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { memo, type ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { Lifeline, LifelineHours } from '@/components/ui/lifeline'
import { Menu } from '@/components/ui/menu'
import { Progress } from '@/components/ui/meter'
import { State } from '@/components/ui/pill'
import { count, dollars } from '@/lib/i18n/figures'
import { t } from '@/lib/i18n/t'
import { stateWords } from '@/lib/words/states'
import type { ModelRow } from '../api/types'
import type { ModelUsage } from '../api/usage'
import { kindLine } from '../engines'
import { useMenu } from '../hooks/use-menu'
import { WhyNote } from './why-note'

/** One grid for head and rows; figures only where usage may be read. */
const grid = (figures: boolean) =>
  clsx(
    'grid items-center gap-x-[22px]',
    'grid-cols-[minmax(0,1fr)_auto_34px] lg:grid-cols-[minmax(150px,200px)_minmax(180px,232px)_minmax(0,1fr)_34px]',
    figures && 'lg:grid-cols-[minmax(150px,200px)_minmax(180px,232px)_minmax(0,1fr)_76px_76px_34px]!',
  )

interface ListProps {
  rows: readonly ModelRow[]
  usage: ReadonlyMap<string, ModelUsage> | undefined
  now: Date
}

export function ModelList({ rows, usage, now }: ListProps): ReactNode {
  const figures = usage !== undefined
  return (
    <div role="table" aria-label={t('Models')}>
      <Head figures={figures} now={now} />
      <div role="rowgroup">
        {rows.map(row => (
          <Row key={row.name} row={row} figures={figures} usage={usage?.get(row.name)} now={now} />
        ))}
      </div>
    </div>
  )
}

function Head({ figures, now }: { figures: boolean; now: Date }): ReactNode {
  return (
    <div role="rowgroup" className="max-lg:sr-only">
      <div role="row" className={clsx(grid(figures), 'text-note text-text-3 border-line border-y py-2')}>
        <span role="columnheader">{t('Model')}</span>
        <span role="columnheader">{t('State')}</span>
        <span role="columnheader">
          <span className="sr-only">{t('Last 24 hours')}</span>
          <LifelineHours now={now} />
        </span>
        {figures && (
          <>
            <span role="columnheader" className="text-end">
              {t('Requests')}
            </span>
            <span role="columnheader" className="text-end">
              {t('Cost today')}
            </span>
          </>
        )}
        <span role="columnheader" className="sr-only">
          {t('Actions')}
        </span>
      </div>
    </div>
  )
}

interface RowProps {
  row: ModelRow
  figures: boolean
  usage: ModelUsage | undefined
  now: Date
}

/** Renders again only when its own row, its figures or the minute changed. */
const Row = memo(function Row({ row, figures, usage, now }: RowProps): ReactNode {
  const state = stateWords(row)
  const failed = state.tone === 'failed'
  const items = useMenu(row)
  return (
    <div
      role="row"
      className={clsx(
        'border-line border-b [contain-intrinsic-size:auto_64px] [content-visibility:auto]',
        failed && 'bg-surface -mx-4 px-4 shadow-[inset_3px_0_0_var(--failed-fill)] sm:-mx-5 sm:px-5',
      )}
    >
      <div className={clsx(grid(figures), 'min-h-16 gap-y-2 py-3 compact:min-h-12 compact:py-1.5')}>
        <div role="cell" className="min-w-0">
          <Link
            prefetch={false}
            href={`/models/${row.name}`}
            data-model={row.name}
            className="hover:text-accent text-[15px] font-[540] [overflow-wrap:anywhere] coarse:-my-2.5 coarse:inline-block coarse:py-2.5"
          >
            {row.name}
          </Link>
          <div className="text-secondary text-text-2 mt-0.5 truncate compact:hidden">{kindLine(row)}</div>
        </div>
        <StateCell row={row} />
        <div role="cell" className="max-lg:order-4 max-lg:col-span-3">
          <Lifeline data={row.lifeline} height={34} now={now} className="max-lg:h-7" />
        </div>
        {figures && <Figures usage={usage} />}
        <div role="cell" className="max-lg:order-3">
          {items.length > 0 && (
            <Menu label={t('Actions for {name}', { name: row.name })} items={items}>
              <Icon of={Ellipsis} />
            </Menu>
          )}
        </div>
      </div>
      {failed && (
        <div role="cell">
          <WhyNote name={row.name} fallback={row.message} />
        </div>
      )}
    </div>
  )
})

function StateCell({ row }: { row: ModelRow }): ReactNode {
  const { tone, words, second } = stateWords(row)
  return (
    <div role="cell" className="min-w-0 max-lg:text-end">
      <State tone={tone} words={words} />
      <div className="num text-secondary text-text-2 mt-0.5 flex items-center gap-2.5 max-lg:justify-end">
        {tone === 'waking' && <Progress share={null} label={words} className="w-[60px] shrink-0" />}
        <span
          className={clsx('max-w-[38vw] truncate lg:max-w-none', tone === 'failed' && 'max-lg:hidden')}
          title={second}
        >
          {second}
        </span>
      </div>
    </div>
  )
}

function Figures({ usage }: { usage: ModelUsage | undefined }): ReactNode {
  const look = clsx('num text-end max-lg:hidden', !usage?.requests && 'text-text-3')
  return (
    <>
      <span role="cell" className={look}>
        {count(usage?.requests ?? 0)}
      </span>
      <span role="cell" className={look}>
        {dollars(usage?.cost ?? 0)}
      </span>
    </>
  )
}
