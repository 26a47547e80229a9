import type { MetadataRoute } from 'next'

export const dynamic = 'force-static'

export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/',
    name: 'Freehold',
    short_name: 'Freehold',
    description: 'Chat with the models on your own cluster.',
    start_url: '/?from=app',
    scope: '/',
    display: 'standalone',
    background_color: '#f9fafc',
    theme_color: '#f9fafc',
    launch_handler: { client_mode: 'navigate-existing' },
    icons: [
      { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
      { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      { src: '/icons/monochrome-512.png', sizes: '512x512', type: 'image/png', purpose: 'monochrome' },
    ],
    shortcuts: [
      { name: 'New chat', url: '/chat' },
      { name: 'Models', url: '/models' },
    ],
  }
}
