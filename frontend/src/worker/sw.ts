/**
 * The service worker: pages, scripts, styles and fonts from the precache, `/config.json` from the network first, nothing
 * else. It takes over only when the page says so (`skip-waiting`), so that no answer is cut by an update.
 */
import { Serwist, type PrecacheEntry } from 'serwist'
import { ruleFor } from '../lib/worker/rules'

declare const self: ServiceWorkerGlobalScope & { readonly __SW_MANIFEST: PrecacheEntry[] }

const CONFIG_CACHE = 'freehold-config'
const CONFIG_DEADLINE_MS = 2000

const serwist = new Serwist({
  precacheEntries: self.__SW_MANIFEST,
  precacheOptions: { cleanupOutdatedCaches: true, concurrency: 6 },
  skipWaiting: false,
  clientsClaim: true,
})

async function config(request: Request): Promise<Response> {
  const cache = await caches.open(CONFIG_CACHE)
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(CONFIG_DEADLINE_MS) })
    if (response.ok) await cache.put('/config.json', response.clone())
    return response
  } catch (error) {
    const kept = await cache.match('/config.json')
    if (kept) return kept
    throw error
  }
}

async function unknownPage(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const offline = await serwist.matchPrecache('/offline.html')
    if (offline) return offline
    throw error
  }
}

async function precached(request: Request, path: string): Promise<Response> {
  return (await serwist.matchPrecache(path)) ?? fetch(request)
}

self.addEventListener('fetch', event => {
  const rule = ruleFor(event.request, self.location.origin)
  if (rule.kind === 'precached') event.respondWith(precached(event.request, rule.path))
  else if (rule.kind === 'config') event.respondWith(config(event.request))
  else if (rule.kind === 'exists')
    event.respondWith(new Response(null, { status: 200, headers: { 'content-type': 'text/html' } }))
  else if (rule.kind === 'unknown-page') event.respondWith(unknownPage(event.request))
})

self.addEventListener('message', event => {
  if (event.data === 'skip-waiting') void self.skipWaiting()
})

self.addEventListener('install', serwist.handleInstall)
self.addEventListener('activate', event => {
  serwist.handleActivate(event)
  event.waitUntil(self.clients.claim())
})
