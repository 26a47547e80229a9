import { expect, it } from 'vitest'
import { inOrder, type Session } from '@/features/settings/api/queries'

const session = (id: string, used_at: string, current = false) => ({ id, used_at, current }) as Session

it('this browser stands first among the devices, then whichever was used last', () => {
  const rows = [session('old', '2026-11-01'), session('here', '2026-10-01', true), session('new', '2026-11-20')]
  expect(inOrder(rows).map(row => row.id)).toEqual(['here', 'new', 'old'])
})
