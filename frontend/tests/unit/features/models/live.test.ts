import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { modelKeys } from '@/features/models/api/keys'
import { applyNews, readStale, showAtOnce } from '@/features/models/api/live'
import { patchRows, readNews } from '@/lib/api/model-news'
import type { ModelRow } from '@/features/models/api/types'
import { detail, row } from './rows'

function clientWith(rows: ModelRow[]): QueryClient {
  const client = new QueryClient()
  client.setQueryData(modelKeys.list(), rows)
  return client
}

const listOf = (client: QueryClient) => client.getQueryData<ModelRow[]>(modelKeys.list())
const stale = (client: QueryClient, key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated

describe('news of a Model', () => {
  it('patches its row and leaves the others as they are', () => {
    const rows = [row('a'), row('b')]
    const after = patchRows(rows, { name: 'b', row: { phase: 'Idle', reason: 'ScaledToZero' } })
    expect(after?.[0]).toBe(rows[0])
    expect(after?.[1]).toMatchObject({ phase: 'Idle', lifeline: rows[1]?.lifeline })
  })

  it('that tells nothing new renders nothing anew', () => {
    const rows = [row('a')]
    expect(patchRows(rows, { name: 'a', row: { phase: 'Ready' } })?.[0]).toBe(rows[0])
  })

  it('takes the row of a deleted Model away', () => {
    expect(patchRows([row('a'), row('b')], { name: 'a', row: null })?.map(one => one.name)).toEqual(['b'])
  })

  it('reads the list again for a Model that is new, because its lifeline is not known', () => {
    const client = clientWith([row('a')])
    applyNews(client, { name: 'new', row: { phase: 'Pending' } })
    expect(listOf(client)).toHaveLength(1)
    expect(stale(client, modelKeys.list())).toBe(true)
  })

  it('reads the detail and its parts again, of that Model alone', () => {
    const client = clientWith([row('a'), row('b')])
    const mine = [modelKeys.detail('a'), modelKeys.detail('a', { part: 'pods' })]
    for (const key of [...mine, modelKeys.detail('b')]) client.setQueryData(key, {})
    applyNews(client, { name: 'a', row: { phase: 'Failed' } })
    expect(mine.map(key => stale(client, key))).toEqual([true, true])
    expect(stale(client, modelKeys.detail('b'))).toBe(false)
    expect(listOf(client)?.[0]?.phase).toBe('Failed')
  })

  it('of a kind that is not known reads everything again', () => {
    const client = clientWith([row('a')])
    applyNews(client, 'what')
    expect(stale(client, modelKeys.list())).toBe(true)
  })

  it('before anything was read changes nothing', () => {
    const client = new QueryClient()
    applyNews(client, { name: 'a', row: null })
    expect(listOf(client)).toBeUndefined()
  })

  it.each([[null], [3], [{}], [{ name: 'a' }], [{ name: 1, row: {} }]])('%j is no news', data =>
    expect(readNews(data)).toBeUndefined(),
  )
})

describe('the stale topic', () => {
  it('says whether the cluster is seen, for Models only', () => {
    expect(readStale({ what: 'models', stale: true })).toBe(true)
    expect(readStale({ what: 'usage', stale: true })).toBeUndefined()
    expect(readStale(null)).toBeUndefined()
    expect(readStale({ what: 'models' })).toBeUndefined()
  })
})

describe('an action shown at once', () => {
  it('changes list and detail, and takes both back', () => {
    const client = clientWith([row('a'), row('b')])
    client.setQueryData(modelKeys.detail('a'), detail('a'))
    const undo = showAtOnce(client, 'a', { phase: 'Suspended' })
    expect(listOf(client)?.map(one => one.phase)).toEqual(['Suspended', 'Ready'])
    expect(client.getQueryData(modelKeys.detail('a'))).toMatchObject({ phase: 'Suspended' })
    undo()
    expect(listOf(client)?.map(one => one.phase)).toEqual(['Ready', 'Ready'])
    expect(client.getQueryData(modelKeys.detail('a'))).toMatchObject({ phase: 'Ready' })
  })

  it('without anything read changes nothing', () => {
    const client = new QueryClient()
    showAtOnce(client, 'a', { phase: 'Suspended' })()
    expect(listOf(client)).toBeUndefined()
  })
})
