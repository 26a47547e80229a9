import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { causeOf, isBad, remedyOf } from '@/features/models/words'

const source = readFileSync(join(import.meta.dirname, '../../../../../crds/src/freehold_crds/reasons.py'), 'utf8')
const known = [...(source.split('class ModelReason')[1]?.split('class Tenant')[0] ?? '').matchAll(/ = "(\w+)"/g)].map(
  match => String(match[1]),
)

/** States and good news: nothing to mend. */
const CALM = `Active AsExpected AtMaximum ByHPA DemandUnknown Failing Fetching FetchingWeights Fixed MinimumAvailable
  NotAccepted NotApplicable NotNeeded NotScheduled NoPods Present ProviderReachable ScaledToZero Scheduled Serving
  Starting Stopped Suspended Valid Waiting Deleting`.split(/\s+/)

const fact = (type: string, status: string, reason: string) => ({ type, status, reason, message: '' })

describe('what to do about a Model that does not serve', () => {
  it.each(known.filter(reason => !CALM.includes(reason)))('%s has a sentence and a remedy', reason => {
    expect(remedyOf(reason)?.what).toMatch(/\.$/)
    expect(remedyOf(reason)?.fix).toMatch(/\.$/)
  })

  it('reads the operator’s own reasons', () => {
    expect(known.length).toBeGreaterThan(40)
  })

  it('is not guessed for a reason that is not known', () => {
    expect(remedyOf('Unheard')).toBeUndefined()
  })
})

describe('the cause', () => {
  it('is the first condition that is not met, rather than Ready itself', () => {
    const cause = causeOf([
      fact('Accepted', 'True', 'Valid'),
      fact('Ready', 'False', 'Failing'),
      fact('Available', 'False', 'OutOfMemory'),
    ])
    expect(cause?.reason).toBe('OutOfMemory')
  })

  it('is Ready where nothing else says more', () => {
    expect(causeOf([fact('Ready', 'False', 'Failing')])?.type).toBe('Ready')
    expect(causeOf([fact('Available', 'False', 'NoPods')])).toBeUndefined()
  })

  it('knows that Degraded is bad when it is true', () => {
    expect(isBad({ type: 'Degraded', status: 'True' })).toBe(true)
    expect(isBad({ type: 'Degraded', status: 'False' })).toBe(false)
    expect(isBad({ type: 'Ready', status: 'Unknown' })).toBe(false)
  })
})
