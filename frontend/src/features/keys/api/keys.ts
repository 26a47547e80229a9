import { featureKeys } from '@/lib/api/query'

export const keys = featureKeys('keys')
