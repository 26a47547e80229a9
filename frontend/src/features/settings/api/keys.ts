import { featureKeys } from '@/lib/api/query'

export const settingsKeys = featureKeys('settings')
export const sessionsKey = () => settingsKeys.list({ of: 'sessions' })
export const profileKey = () => settingsKeys.detail('me')
