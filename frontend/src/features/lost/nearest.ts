import { routes, type Route } from '@/routes'

/** Number of single-letter changes between two words. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The titled route whose first part is most like this address's; home when none is near. */
export function nearestRoute(path: string): Route | undefined {
  const word = path.split('/')[1]?.toLowerCase() ?? ''
  const named = routes.filter(route => route.title && !route.dynamic && route.path !== '/')
  const scored = named.map(route => ({ route, far: distance(word, route.path.slice(1)) })).sort((a, b) => a.far - b.far)
  const best = scored[0]
  return best && best.far <= Math.max(2, word.length / 2) ? best.route : routes[0]
}
