/** Which actions to show. It only hides what the API would refuse anyway. */
import type { AuthState } from './adapter'
import { MATRIX, type ROLES } from './matrix'

export type Action = keyof typeof MATRIX
export type Role = (typeof ROLES)[number]

/** By the server's own list where it is known, else by the role. */
export function can(state: Pick<AuthState, 'role' | 'permissions'>, action: Action): boolean {
  if (state.permissions) return state.permissions.includes(action)
  return (MATRIX[action] as readonly string[]).includes(state.role ?? '')
}

/** The lowest role that may, for the "forbidden" state of a screen. */
export function leastRole(action: Action): Role {
  return MATRIX[action][0]
}
