import { describe, expect, it } from 'vitest'
import type { MemberRow } from '@/features/members/api/rows'
import { checkEmail, leadOf, reachable, refusal, rolesToGive } from '@/features/members/store/rules'

const member = (name: string, role: MemberRow['role']): MemberRow => ({
  id: name,
  name,
  email: `${name.toLowerCase()}@x.example`,
  role,
  since: new Date(0),
})
const mira = member('Mira', 'owner')
const priya = member('Priya', 'engineer')

describe('who may change whom', () => {
  it('refuses the last owner’s going and stepping down, and says what to do first', () => {
    const words = 'Mira is the last owner of Harbour. Make somebody else an owner first.'
    expect(refusal([mira, priya], mira, undefined, 'Harbour')).toBe(words)
    expect(refusal([mira, priya], mira, 'admin', 'Harbour')).toBe(words)
  })

  it('lets an owner go who is not the last', () => {
    expect(refusal([mira, member('Jonas', 'owner')], mira, undefined, 'Harbour')).toBeUndefined()
  })

  it('lets the last owner stay one, and everybody else change', () => {
    expect(refusal([mira], mira, 'owner', 'Harbour')).toBeUndefined()
    expect(refusal([mira, priya], priya, undefined, 'Harbour')).toBeUndefined()
  })

  it('lets only owners make owners', () => {
    expect(rolesToGive('owner').map(role => role.id)).toContain('owner')
    expect(rolesToGive('admin').map(role => role.id)).toEqual(['viewer', 'member', 'engineer', 'admin'])
  })

  it('lets only owners change owners', () => {
    expect(reachable('admin', mira)).toBe(false)
    expect(reachable('owner', mira)).toBe(true)
    expect(reachable('admin', priya)).toBe(true)
  })
})

describe('the address of an invitation', () => {
  it.each([
    ['', /Whom/],
    ['tomas', /not an e-mail address/],
    [`${'x'.repeat(250)}@x.example`, /not an e-mail address/],
    [' PRIYA@x.example', /Priya is a member already/],
  ])('says what is wrong with "%s"', (email, words) => {
    expect(checkEmail(email, [mira, priya])).toMatch(words)
  })

  it('is taken as typed, with spaces around it', () => {
    expect(checkEmail(' tomas@x.example ', [mira])).toBeUndefined()
  })
})

describe('the line under the title', () => {
  it('counts members, owners, and invitations where there are some', () => {
    expect(leadOf([mira], 0)).toBe('1 member, 1 owner')
    expect(leadOf([mira, priya], 1)).toBe('2 members, 1 owner, 1 invitation not accepted yet')
  })
})
