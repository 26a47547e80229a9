import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { distance, FOLLOWING, freed, led, movesUp, NEAR_PX, scrolled, type FollowState } from '../store/follow'

export interface Follow {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  /** The reader is away from the end. */
  readonly away: boolean
  readonly jump: () => void
}

const placeOf = (element: HTMLElement) => ({
  top: element.scrollTop,
  height: element.scrollHeight,
  view: element.clientHeight,
})

/** Keeps the end in view while the reader is there, and leaves the reader alone otherwise. */
export function useFollow(): Follow {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const state = useRef<FollowState>(FOLLOWING)
  const [away, setAway] = useState(false)

  const settle = useCallback(() => {
    const element = scroller.current
    if (!element) return
    if (state.current.following) {
      element.scrollTop = element.scrollHeight
      state.current = led(element.scrollTop)
    }
    setAway(!state.current.following && distance(placeOf(element)) > NEAR_PX)
  }, [])

  const jump = useCallback(() => {
    state.current = FOLLOWING
    settle()
  }, [settle])

  useLayoutEffect(settle, [settle])

  useEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return
    let touchY = 0
    let held = false
    const free = () => (state.current = freed(state.current))
    const on = {
      scroll: () => {
        state.current = scrolled(state.current, placeOf(element), held)
        setAway(!state.current.following && distance(placeOf(element)) > NEAR_PX)
      },
      // Only the scroll bar's events name the scroller itself.
      pointerdown: (event: PointerEvent) => void (held = event.target === element),
      wheel: (event: WheelEvent) => void (event.deltaY < 0 && free()),
      touchstart: (event: TouchEvent) => void (touchY = event.touches[0]?.clientY ?? 0),
      touchmove: (event: TouchEvent) => void ((event.touches[0]?.clientY ?? 0) > touchY && free()),
      keydown: (event: KeyboardEvent) => void (movesUp(event) && free()),
    }
    const entries = Object.entries(on) as [keyof HTMLElementEventMap, EventListener][]
    for (const [name, listener] of entries) element.addEventListener(name, listener, { passive: true })
    const release = () => (held = false)
    addEventListener('pointerup', release)
    const sizes = new ResizeObserver(settle)
    sizes.observe(inner)
    sizes.observe(element)
    return () => {
      for (const [name, listener] of entries) element.removeEventListener(name, listener)
      removeEventListener('pointerup', release)
      sizes.disconnect()
    }
  }, [settle])
  return { scroller, content, away, jump }
}
