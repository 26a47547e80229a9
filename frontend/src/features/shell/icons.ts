import { Box, ChartColumn, House, KeyRound, MessageCircle, Settings, Users, type LucideIcon } from 'lucide-react'
import type { RouteIcon } from '@/routes'

export const ICONS: Readonly<Record<RouteIcon, LucideIcon>> = {
  home: House,
  chat: MessageCircle,
  models: Box,
  usage: ChartColumn,
  keys: KeyRound,
  members: Users,
  settings: Settings,
}
