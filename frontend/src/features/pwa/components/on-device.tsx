'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { followAnswers } from '@/lib/offline/kept-answers'
import { InstallCard } from './install-card'

/** What makes the app one of the device: it keeps the server's last answers there, and offers to be installed. */
export function OnDevice(): ReactNode {
  const client = useQueryClient()
  useEffect(() => followAnswers(client), [client])
  return <InstallCard />
}
