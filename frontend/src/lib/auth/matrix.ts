/* The permission matrix of app/src/freehold_app/auth/permissions.py. */

export const ROLES = ['viewer', 'member', 'engineer', 'admin', 'owner'] as const

export const MATRIX = {
  profile: ['viewer', 'member', 'engineer', 'admin', 'owner'],
  'catalog.read': ['viewer', 'member', 'engineer', 'admin', 'owner'],
  inference: ['member', 'engineer', 'admin', 'owner'],
  chat: ['member', 'engineer', 'admin', 'owner'],
  'keys.own': ['member', 'engineer', 'admin', 'owner'],
  'models.write': ['engineer', 'admin', 'owner'],
  'models.inspect': ['engineer', 'admin', 'owner'],
  'usage.own': ['viewer', 'member', 'engineer', 'admin', 'owner'],
  'usage.tenant': ['viewer', 'engineer', 'admin', 'owner'],
  'tenant.read': ['viewer', 'member', 'engineer', 'admin', 'owner'],
  'tenant.admin': ['admin', 'owner'],
  'tenant.own': ['owner'],
} as const
