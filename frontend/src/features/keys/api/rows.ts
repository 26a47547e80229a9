/** Keys as the API tells them, turned into what the screen shows; a renamed field of the API is mended here alone. */
import type { Schemas } from '@/lib/api/client'

export interface KeyRow {
  readonly id: string
  readonly name: string
  /** `fhk_4kD2m9QxYz…Qe71`: enough to know it again, nothing to use. */
  readonly shape: string
  readonly scopes: readonly string[]
  /** Names or `prefix*`; null: all of the tenant. */
  readonly models: readonly string[] | null
  /** True: the tenant's, not a person's. */
  readonly service: boolean
  readonly creatorId: string | null
  readonly creator: string | null
  readonly endsAt: Date | null
  readonly usedAt: Date | null
}

type KeyOut = Schemas['KeyOut']

const date = (text: string | null): Date | null => (text ? new Date(text) : null)

export function keyRow(key: KeyOut): KeyRow {
  return {
    id: key.id,
    name: key.name,
    shape: `${key.prefix}…${key.last4}`,
    scopes: key.scopes,
    models: key.models,
    service: key.service,
    creatorId: key.created_by,
    creator: key.creator,
    endsAt: date(key.expires_at),
    usedAt: date(key.last_used_at),
  }
}

/** The text of a new key; undefined where an earlier try made the key and its answer, shown once, never arrived. */
export function secretOf(created: { key: string }): string | undefined {
  return created.key.startsWith('fhk_') ? created.key : undefined
}
