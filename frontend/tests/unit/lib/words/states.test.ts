import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answers, stateWords } from '@/lib/words/states'

const reasons = [
  ...readFileSync(join(import.meta.dirname, '../../../../../crds/src/freehold_crds/reasons.py'), 'utf8').matchAll(
    /class ModelReason\(StrEnum\):[\s\S]*?(?=\nclass )/g,
  ),
]
const names = [...(reasons[0]?.[0] ?? '').matchAll(/= "(\w+)"/g)].map(match => match[1] as string)
const READY = [
  'Serving',
  'ScaledToZero',
  'ProviderReachable',
  'NotAccepted',
  'FetchingWeights',
  'Starting',
  'NotScheduled',
  'Failing',
  'Suspended',
  'TenantSuspended',
  'Stopped',
]

const facts = (phase: string, reason: string, more: object = {}) => ({
  phase,
  reason,
  message: 'the message',
  replicas: { ready: 2, desired: 2, min: 0, max: 4 },
  ...more,
})

describe('a Model’s state', () => {
  it('has words for every reason that the custom resource knows', () => {
    expect(names.length).toBeGreaterThan(20)
    for (const reason of names) expect(stateWords(facts('Pending', reason)).words, reason).not.toBe('')
    expect(READY.filter(reason => !names.includes(reason))).toEqual([])
    for (const reason of READY)
      expect(stateWords(facts('X', reason)).words, reason).not.toContain(reason === 'Suspended' ? 'X,' : reason)
  })

  it.each([
    ['Ready', 'Serving', 'ready', 'Ready', '2 of 2 replicas, up to 4'],
    ['Ready', 'ProviderReachable', 'ready', 'Ready', 'Provider answers'],
    ['Degraded', 'Serving', 'degraded', 'Ready, with a problem', 'the message'],
    ['Idle', 'ScaledToZero', 'asleep', 'Asleep', 'Wakes on the first request'],
    ['Pending', 'NotScheduled', 'waking', 'Waiting for room', 'the message'],
    ['Loading', 'Starting', 'waking', 'Waking up', 'the message'],
    ['Failed', 'Failing', 'failed', 'Failed', 'the message'],
    ['Failed', 'NotAccepted', 'failed', 'Not accepted', 'the message'],
    ['Suspended', 'TenantSuspended', 'off', 'Tenant suspended', 'the message'],
    ['Suspended', 'Stopped', 'off', 'Scaled to 0', 'the message'],
    ['Loading', 'NewReason', 'waking', 'Loading, NewReason', 'the message'],
    ['', '', 'off', 'Unknown', 'the message'],
  ])('%s, %s is %s: %s', (phase, reason, tone, words, second) => {
    expect(stateWords(facts(phase, reason))).toEqual({ tone, words, second })
  })

  it('counts one replica as one', () => {
    expect(stateWords(facts('Ready', 'Serving', { replicas: { ready: 1, desired: 1, min: 1, max: 1 } })).second).toBe(
      '1 of 1 replica',
    )
    expect(stateWords({ phase: 'Ready', reason: 'Serving' }).second).toBe('')
  })

  it('says how long waking usually takes', () => {
    expect(stateWords(facts('Idle', 'ScaledToZero', { usualWake: 25 })).second).toBe(
      'Wakes on the first request, about 25 s',
    )
    expect(
      stateWords({ phase: 'Degraded', reason: 'Serving', replicas: { ready: 1, desired: 2, min: 1, max: 2 } }).second,
    ).toBe('1 of 2 replicas')
  })

  it('says whether a message may be sent', () => {
    expect(['Serving', 'ScaledToZero', 'Starting'].map(reason => answers(facts('X', reason)))).toEqual([
      true,
      true,
      true,
    ])
    expect(['Failing', 'NotAccepted', 'Suspended', 'Stopped'].map(reason => answers(facts('X', reason)))).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})
