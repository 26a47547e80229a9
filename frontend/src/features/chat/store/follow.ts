/**
 * Whether the thread follows the answer's end. It does only while the reader stays within 48 px of it; any upward
 * wheel, touch or key frees it at once, and only reaching the end by scrolling down, or "Jump to latest", follows again.
 */
export const NEAR_PX = 48

export interface FollowState {
  readonly following: boolean
  readonly top: number
}

export interface Place {
  readonly top: number
  /** Of the content. */
  readonly height: number
  /** Of the viewport. */
  readonly view: number
}

export const FOLLOWING: FollowState = { following: true, top: 0 }

export const distance = ({ top, height, view }: Place): number => Math.max(0, height - view - top)

/**
 * After the browser scrolled, by whomever. `held`: the reader has the scroll bar. A text that shrinks and grows again
 * within one frame also moves the place up a little; a jump of a whole screen is the reader's (find in page).
 */
export function scrolled(state: FollowState, place: Place, held = false): FollowState {
  const down = place.top > state.top
  const near = distance(place) <= NEAR_PX
  const up = state.top - place.top
  if (state.following) return { following: near || !(held ? up > 0 : up > place.view), top: place.top }
  return { following: down && near, top: place.top }
}

/** The page itself went to the end: being there is then nothing that the reader did. */
export const led = (top: number): FollowState => ({ following: true, top })

/** The reader moves up: by wheel, finger or key. */
export function freed(state: FollowState): FollowState {
  return { ...state, following: false }
}

const UPWARD_KEYS = new Set(['ArrowUp', 'PageUp', 'Home'])

export function movesUp(event: { key: string; shiftKey: boolean }): boolean {
  return UPWARD_KEYS.has(event.key) || (event.key === ' ' && event.shiftKey)
}
