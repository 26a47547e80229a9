export { modelKeys } from '@/lib/api/models'
