import { featureKeys } from '@/lib/api/query'

export const modelKeys = featureKeys('models')
