import type { Identity } from '@/lib/auth/adapter'

/** Somebody whom the server confirmed so many days ago. */
export const confirmed = (days = 0): Identity => ({
  user: { id: 'u1', name: 'Mira', email: 'm@x' },
  tenant: { id: 't1', name: 'h', display: 'H' },
  role: 'member',
  permissions: [],
  tenants: [],
  confirmedAt: Date.now() - days * 86_400_000,
})
