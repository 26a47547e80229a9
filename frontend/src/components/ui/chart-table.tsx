import type { ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import type { Bar, Series } from './chart'

export const total = (bar: Bar) => bar.values.reduce((sum, value) => sum + value, 0)

interface FiguresProps {
  label: string
  series: readonly Series[]
  bars: readonly Bar[]
  format: (value: number) => string
}

/** The figures of a chart, a day a row. */
export function Figures({ label, series, bars, format }: FiguresProps): ReactNode {
  return (
    <div className="mt-2 max-h-[360px] overflow-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="num w-full border-collapse">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="text-note text-text-3 border-line border-b text-end">
            <th scope="col" className="py-1.5 text-start font-[450]">
              {t('Day')}
            </th>
            {series.map(one => (
              <th key={one.name} scope="col" className="ps-4 font-[450]">
                {one.name}
              </th>
            ))}
            <th scope="col" className="ps-4 font-[450]">
              {t('Total')}
            </th>
          </tr>
        </thead>
        <tbody>
          {bars
            .filter(bar => !bar.projected)
            .map(bar => (
              <tr key={bar.label} className="border-line border-b text-end">
                <th scope="row" className="py-1.5 text-start font-normal whitespace-nowrap">
                  {bar.label}
                </th>
                {series.map((one, at) => (
                  <td key={one.name} className="ps-4">
                    {format(bar.values[at] ?? 0)}
                  </td>
                ))}
                <td className="ps-4">{format(total(bar))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
