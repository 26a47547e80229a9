import { describe, expect, it } from 'vitest'
import { changeRole, invite, removeMember, takeBack } from '@/features/members/api/mutations'
import { readInvitations, readMembers } from '@/features/members/api/queries'
import { linkOf } from '@/features/members/api/rows'
import { answering, json, nothing, page } from '../../answers'

const member = (name: string) => ({
  user_id: name,
  email: `${name}@x.example`,
  name,
  role: 'member',
  since: '2026-01-01T00:00:00Z',
})

describe('members of the API', () => {
  it('are read page by page and sorted by name', async () => {
    const asked = answering(page([member('Priya')], 'next'), page([member('Jonas')]))
    expect((await readMembers()).map(one => one.name)).toEqual(['Jonas', 'Priya'])
    expect(asked.map(call => call.search.get('cursor'))).toEqual([null, 'next'])
  })

  it('get another role', async () => {
    const asked = answering(json(member('Priya')))
    await changeRole({ id: 'u2', role: 'admin' })
    expect(asked[0]).toMatchObject({ method: 'PATCH', path: '/api/v1/tenant/members/u2', body: { role: 'admin' } })
  })

  it('are removed', async () => {
    const asked = answering(nothing())
    await removeMember('u2')
    expect(asked[0]).toMatchObject({ method: 'DELETE', path: '/api/v1/tenant/members/u2' })
  })
})

describe('invitations of the API', () => {
  const row = {
    id: 'i1',
    email: 't@x.example',
    role: 'member',
    created_at: '2026-11-01T00:00:00Z',
    expires_at: '2026-11-08T00:00:00Z',
  }

  it('say until when their link works', async () => {
    answering(page([row]))
    expect(await readInvitations()).toEqual([
      { id: 'i1', email: 't@x.example', role: 'member', endsAt: new Date('2026-11-08T00:00:00Z') },
    ])
  })

  it('answer with their link, made once for each attempt', async () => {
    const asked = answering(json({ ...row, token: 't', url: 'https://f.example/invite#t' }, 201))
    expect(await invite({ attempt: 'a1', invitation: { email: 't@x.example', role: 'member' } })).toBe(
      'https://f.example/invite#t',
    )
    expect(asked[0]?.headers.get('idempotency-key')).toBe('a1')
  })

  it('have lost their link when the answer that showed it was lost', () => {
    expect(linkOf({ url: '(shown once)' })).toBeUndefined()
  })

  it('are taken back', async () => {
    const asked = answering(nothing())
    await takeBack('i1')
    expect(asked[0]).toMatchObject({ method: 'DELETE', path: '/api/v1/tenant/invitations/i1' })
  })
})
