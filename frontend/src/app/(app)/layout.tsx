import type { ReactNode } from 'react'
import { Shell } from '@/features/shell'
import { Providers } from '../providers'
import { Overlays } from './overlays'
import { Update } from './update'

export default function AppLayout({ children }: { children: ReactNode }): ReactNode {
  return (
    <Providers>
      <Shell banner={<Update />} overlays={<Overlays />}>
        {children}
      </Shell>
    </Providers>
  )
}
