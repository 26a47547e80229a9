/** The tasks of the page's main thread by the thread's own time: what other programs take is not the page's doing. */
import type { Browser, Page } from '@playwright/test'

interface Event {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  /** Microseconds of the thread; absent where the system does not count them. */
  readonly tdur?: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

export interface Tasks {
  /** Milliseconds, all tasks together. */
  readonly total: number
  /** Milliseconds of each task, first to last. */
  readonly each: readonly number[]
}

/** Runs `act` and tells the tasks that ran meanwhile. */
export async function tasksWhile(browser: Browser, page: Page, act: () => Promise<void>): Promise<Tasks> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly Event[] }
  return tasksOf(traceEvents)
}

/** Of the busiest renderer: the browser keeps a spare one. */
function tasksOf(events: readonly Event[]): Tasks {
  const mains = events.filter(one => one.name === 'thread_name' && one.args?.name === 'CrRendererMain')
  const all = mains.map(({ pid, tid }) => {
    const tasks = events.filter(
      one => one.pid === pid && one.tid === tid && one.ph === 'X' && one.name === 'ThreadControllerImpl::RunTask',
    )
    const each = outermost(tasks).map(task => (task.tdur ?? task.dur ?? 0) / 1000)
    return { each, total: each.reduce((sum, ms) => sum + ms, 0) }
  })
  return all.toSorted((a, b) => b.total - a.total)[0] ?? { each: [], total: 0 }
}

/** Without tasks that ran inside another one. */
function outermost(tasks: readonly Event[]): Event[] {
  let end = 0
  return tasks
    .toSorted((a, b) => a.ts - b.ts)
    .filter(task => {
      if (task.ts < end) return false
      end = task.ts + (task.dur ?? 0)
      return true
    })
}
