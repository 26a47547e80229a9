/** Points of the API as the series and bars of a chart. Pure. */
import { t } from '@/lib/i18n/t'
import type { Grouping, Metric, UsagePoint } from '../api/shapes'
import { dayWords } from './range'

export interface Stack {
  readonly series: readonly { readonly name: string; readonly colour: string }[]
  readonly bars: readonly { readonly label: string; readonly values: readonly number[]; readonly projected?: boolean }[]
}

// Light, dark. Own nodes in verdigris, rented in mauve, what is summed up in the greyest of the own.
const OWN = [
  'light-dark(oklch(.56 .1 185), oklch(.76 .1 185))',
  'light-dark(oklch(.42 .085 205), oklch(.6 .085 200))',
  'light-dark(oklch(.65 .09 178), oklch(.87 .06 178))',
  'light-dark(oklch(.5 .07 160), oklch(.68 .08 160))',
]
const RENTED = [
  'light-dark(oklch(.6 .13 340), oklch(.75 .085 340))',
  'light-dark(oklch(.46 .12 345), oklch(.62 .1 345))',
  'light-dark(oklch(.66 .1 325), oklch(.84 .06 335))',
  'light-dark(oklch(.52 .13 320), oklch(.68 .09 320))',
]
const REST = 'light-dark(oklch(.63 .03 215), oklch(.5 .045 215))'

interface Group {
  readonly name: string
  readonly rest: boolean
  readonly rented: boolean
  readonly total: number
  readonly byDay: ReadonlyMap<string, number>
}

/** What a point's group is called. */
export function groupName(point: Pick<UsagePoint, 'kind' | 'label' | 'group'>, by: Grouping | undefined): string {
  if (point.kind === 'all') return t('All')
  if (point.kind === 'rest') return t('Others')
  if (point.kind === 'none') return by === 'user' ? t('Service keys') : t('Chat in the app')
  return point.label ?? (by === 'model' ? (point.group ?? '') : t('Removed'))
}

/** Only a Model can be rented; a key or a person may use both. */
export function isRented(point: Pick<UsagePoint, 'tokens' | 'own_tokens'>, by: Grouping | undefined): boolean {
  return by === 'model' && point.tokens > 0 && point.own_tokens === 0
}

function groupsOf(points: readonly UsagePoint[], by: Grouping | undefined, metric: Metric): Group[] {
  const found = Map.groupBy(points, point => `${point.kind} ${point.group ?? ''}`)
  const names = new Map<string, number>()
  return [...found.values()].map(same => {
    const [first] = same as [UsagePoint, ...UsagePoint[]]
    const name = groupName(first, by)
    const times = (names.get(name) ?? 0) + 1
    names.set(name, times)
    const sums = { tokens: sum(same, 'tokens'), own_tokens: sum(same, 'own_tokens') }
    return {
      name: times > 1 ? t('{name} {detail}', { name, detail: first.detail ?? times }) : name,
      rest: first.kind === 'rest',
      rented: isRented(sums, by),
      total: sum(same, metric),
      byDay: new Map(same.map(point => [point.bucket ?? '', point[metric]])),
    }
  })
}

const sum = (points: readonly UsagePoint[], of: Metric | 'own_tokens') =>
  points.reduce((all, point) => all + point[of], 0)

/** From the bottom up: the summed up rest, own Models from large to small, rented ones on top. */
export function stack(
  points: readonly UsagePoint[],
  days: readonly string[],
  by: Grouping | undefined,
  metric: Metric,
): Stack {
  const groups = groupsOf(points, by, metric).filter(group => group.total > 0)
  const large = (some: Group[]) => some.sort((a, b) => b.total - a.total)
  const own = large(groups.filter(group => !group.rest && !group.rented))
  const rented = large(groups.filter(group => group.rented && !group.rest))
  const ordered = [...groups.filter(group => group.rest), ...own, ...rented]
  const series = ordered.map(group => ({
    name: group.rented ? t('{name}, rented', { name: group.name }) : group.name,
    colour: group.rest ? REST : ((group.rented ? RENTED[rented.indexOf(group)] : OWN[own.indexOf(group)]) ?? REST),
  }))
  const bars = days.map(day => ({
    label: dayWords(day),
    values: ordered.map(group => group.byDay.get(day) ?? 0),
  }))
  return { series, bars }
}

/** The month's days to come, each with its share of what the pace expects. */
export function expected(days: readonly string[], more: number): Stack['bars'] {
  if (more <= 0 || days.length === 0) return []
  return days.map(day => ({ label: dayWords(day), values: [more / days.length], projected: true }))
}
