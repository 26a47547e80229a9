'use client'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { t } from '@/lib/i18n/t'
import { Figures, total } from './chart-table'

export interface Series {
  readonly name: string
  /** A CSS colour from the chart tokens: own nodes verdigris, rented mauve. */
  readonly colour: string
}

export interface Bar {
  readonly label: string
  /** One value per series, in their order. */
  readonly values: readonly number[]
  /** Drawn dotted: expected, not measured. */
  readonly projected?: boolean
}

interface ChartProps {
  label: string
  series: readonly Series[]
  bars: readonly Bar[]
  /** How a value is written. */
  format: (value: number) => string
  /** How the axis writes it, where that is shorter. */
  axis?: (value: number) => string
  /** A dashed line across, with its words. */
  limit?: { readonly value: number; readonly label: string }
  onBar?: (at: number) => void
  height?: number
  /** Choices above the drawing. */
  actions?: ReactNode
}

const LEFT = 46
/** Room that the words of one day need below the bars. */
const DAY = 64
const BOTTOM = 24
const TOP = 10

/** A round step, so that three or four lines cover the highest bar. */
export function scale(most: number): { step: number; top: number } {
  if (most <= 0) return { step: 1, top: 3 }
  const rough = most / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(one => one * power >= rough) ?? 10) * power
  return { step, top: Math.ceil(most / step) * step }
}

/** Stacked bars, at most 2,000. Always with the same figures as a table. */
export function Chart({
  label,
  series,
  bars,
  format,
  limit,
  onBar,
  height = 312,
  actions,
  axis = format,
}: ChartProps): ReactNode {
  const [asTable, setAsTable] = useState(false)
  return (
    <figure>
      <figcaption className="text-secondary text-text-2 flex flex-wrap items-center gap-x-[18px] gap-y-1">
        {actions}
        {series.toReversed().map(one => (
          <span key={one.name} className="flex min-w-0 items-center gap-[7px]">
            <i className="size-2.5 shrink-0 rounded-[2px]" style={{ background: one.colour }} />
            <span className="truncate">{one.name}</span>
          </span>
        ))}
        <span className="flex-1" />
        <button
          type="button"
          className="text-text-3 hover:text-text coarse:min-h-11"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? t('Show as chart') : t('Show as table')}
        </button>
      </figcaption>
      {asTable ? (
        <Figures label={label} series={series} bars={bars} format={format} />
      ) : (
        <Drawing
          {...({ label, series, bars, format, axis, limit, onBar, height } as Omit<Required<ChartProps>, 'actions'>)}
        />
      )}
    </figure>
  )
}

/** The width that the drawing has, in px: one unit is one pixel, so that words keep their size on phones. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(960)
  useEffect(() => {
    if (!element.current) return
    const seen = new ResizeObserver(([entry]) => entry && setWidth(Math.max(280, Math.round(entry.contentRect.width))))
    seen.observe(element.current)
    return () => seen.disconnect()
  }, [])
  return { element, width }
}

function Drawing(props: Omit<Required<ChartProps>, 'actions'>): ReactNode {
  const { element, width } = useWidth()
  return (
    <div ref={element} className="mt-2">
      <Plot {...props} width={width} />
    </div>
  )
}

function Plot({
  label,
  series,
  bars,
  format,
  axis,
  limit,
  onBar,
  height,
  width: W,
}: Omit<Required<ChartProps>, 'actions'> & { width: number }): ReactNode {
  const { step, top } = scale(Math.max(limit?.value ?? 0, ...bars.map(total)))
  const y = (value: number) => TOP + (height - BOTTOM - TOP) * (1 - value / top)
  const pitch = (W - LEFT) / Math.max(1, bars.length)
  const every = Math.max(1, Math.ceil(DAY / pitch), Math.ceil(bars.length / 5))
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step)
  return (
    <svg viewBox={`0 0 ${W} ${height}`} className="block w-full" role="img" aria-label={label}>
      {lines.map(value => (
        <g key={value}>
          <path d={`M${LEFT} ${y(value)}H${W}`} stroke="var(--line)" />
          <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" fontSize="12" fill="var(--text-3)">
            {axis(value)}
          </text>
        </g>
      ))}
      {bars.map((bar, at) => (
        <Stack
          key={bar.label}
          bar={bar}
          series={series}
          x={LEFT + at * pitch}
          pitch={pitch}
          y={y}
          format={format}
          onClick={onBar && (() => onBar(at))}
        />
      ))}
      {bars.map(
        (bar, at) =>
          at % every === 0 &&
          LEFT + (at + 0.5) * pitch < W - DAY / 3 && (
            <text
              key={bar.label}
              x={LEFT + at * pitch + pitch / 2}
              y={height - 6}
              textAnchor="middle"
              fontSize="12"
              fill="var(--text-3)"
            >
              {bar.label}
            </text>
          ),
      )}
      {limit && (
        <>
          <path d={`M${LEFT} ${y(limit.value)}H${W}`} stroke="var(--text)" strokeWidth="1.2" strokeDasharray="5 4" />
          <text x={W} y={y(limit.value) - 7} textAnchor="end" fontSize="12" fill="var(--text)">
            {limit.label}
          </text>
        </>
      )}
    </svg>
  )
}

interface StackProps {
  bar: Bar
  series: readonly Series[]
  x: number
  pitch: number
  y: (value: number) => number
  format: (value: number) => string
  onClick: (() => void) | undefined
}

function Stack({ bar, series, x, pitch, y, format, onClick }: StackProps): ReactNode {
  const box = { x: x + pitch * 0.17, width: pitch * 0.66, rx: 1.5 }
  if (bar.projected)
    return (
      <rect
        {...box}
        y={y(total(bar))}
        height={y(0) - y(total(bar))}
        fill="none"
        stroke="var(--text-3)"
        strokeDasharray="2 3"
      />
    )
  let below = 0
  return (
    <g onClick={onClick} className={onClick && 'cursor-pointer'}>
      <title>{`${bar.label}: ${format(total(bar))}`}</title>
      <rect x={x} y={TOP} width={pitch} height={y(0) - TOP} fill="transparent" />
      {series.map((one, at) => {
        const value = bar.values[at] ?? 0
        const from = below
        below += value
        return (
          <rect
            key={one.name}
            {...box}
            y={y(below) + 0.7}
            height={Math.max(0, y(from) - y(below) - 1.4)}
            fill={one.colour}
          />
        )
      })}
    </g>
  )
}
