import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Boot } from './boot'
import { THEME_SCRIPT } from '@/lib/prefs/theme-script'
import { TRUSTED_TYPES_SCRIPT } from '@/lib/prefs/trusted-types'
import './globals.css'

export const metadata: Metadata = {
  title: 'Freehold',
  description: 'Chat with the models on your own cluster.',
  applicationName: 'Freehold',
  appleWebApp: { capable: true, title: 'Freehold', statusBarStyle: 'default' },
  icons: { icon: '/icons/icon.svg', apple: '/icons/apple-180.png' },
  formatDetection: { telephone: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f9fafc' },
    { media: '(prefers-color-scheme: dark)', color: '#0d1117' },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }): ReactNode {
  return (
    <html lang="en" dir="ltr" suppressHydrationWarning>
      <head>
        {/* eslint-disable-next-line no-restricted-syntax -- two constants of ours, hashed into each page's policy */}
        <script dangerouslySetInnerHTML={{ __html: TRUSTED_TYPES_SCRIPT + THEME_SCRIPT }} />
        <link rel="preload" href="/config.json" as="fetch" crossOrigin="anonymous" />
      </head>
      <body>
        {children}
        <Boot />
      </body>
    </html>
  )
}
