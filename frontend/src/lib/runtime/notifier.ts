/** The smallest publish and subscribe. */
export function createNotifier<T>() {
  const listeners = new Set<(value: T) => void>()
  return {
    on(listener: (value: T) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(value: T): void {
      for (const listener of listeners) listener(value)
    },
  }
}
