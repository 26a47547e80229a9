/** What `/api/v1/usage` answers, as far as the screen reads it. Days are dates in UTC, both ends included. */

export type Scope = 'mine' | 'tenant'
export type Grouping = 'model' | 'key' | 'user'
export type Metric = 'cost_usd_micros' | 'tokens' | 'requests'

export interface Asked {
  readonly from: string
  readonly to: string
  readonly scope: Scope
}

export interface Sums {
  readonly requests: number
  readonly errors: number
  readonly tokens: number
  readonly cost_usd_micros: number
  readonly own_tokens: number
}

export interface UsagePoint extends Sums {
  readonly bucket: string | null
  readonly group: string | null
  /** `none`: without key (somebody signed in) or person (a service key); `rest`: all beyond the largest groups. */
  readonly kind: 'all' | 'one' | 'none' | 'rest'
  readonly label: string | null
  /** Beginning and end of the key, address of the person. */
  readonly detail: string | null
}

export interface Summary extends Sums {
  /** Of the tokens, 0 to 1. */
  readonly own_share: number | null
  readonly month: {
    readonly tokens: number
    readonly cost_usd_micros: number
    /** Null on the month's first day, and once it is over. */
    readonly at_this_pace_tokens: number | null
    readonly at_this_pace_cost_usd_micros: number | null
  }
}
