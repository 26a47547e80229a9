/** A pause that ends early when there is reason to look again: the page became visible or the network came back. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
      removeEventListener('online', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const seen = () => document.visibilityState === 'visible' && done()
    const timer = setTimeout(done, ms)
    document.addEventListener('visibilitychange', seen)
    addEventListener('online', done)
    signal.addEventListener('abort', done)
  })
}
