import { id } from '../../fake-api/ids.ts'
import { expect, test } from '../fixture.ts'
import { LONG, seedLong } from './seed.ts'

test.slow()

test('ten thousand messages open within a second and stay under 400 rows while scrolling', async ({ page }) => {
  await page.goto('/chat')
  await expect(page.getByText('Synced')).toBeVisible()
  await seedLong(page, 10_000)
  await page.goto('/chat')
  await page.getByRole('link', { name: /Ten thousand/ }).waitFor()
  const opened = await page.evaluate(async conversation => {
    const begun = performance.now()
    document.querySelector<HTMLAnchorElement>(`a[href="/chat/${conversation}"]`)?.click()
    const last = () => [...document.querySelectorAll('article')].some(one => one.textContent?.includes('Answer 9999.'))
    while (!last()) await new Promise(resolve => requestAnimationFrame(resolve))
    return performance.now() - begun
  }, LONG)
  const log = page.getByRole('log')
  const gap = () => log.evaluate(one => one.scrollHeight - one.clientHeight - one.scrollTop)
  await expect.poll(gap).toBeLessThan(2)
  let most = 0
  for (let at = 0; at <= 20; at++) {
    await log.evaluate((one, share) => (one.scrollTop = one.scrollHeight * share), at / 20)
    await page.waitForTimeout(30)
    most = Math.max(most, await page.locator('article').count())
  }
  console.log(`opened in ${Math.round(opened)} ms, at most ${most} articles`)
  expect(opened).toBeLessThan(1000)
  expect(most).toBeLessThan(200)
  expect(most).toBeGreaterThan(2)
})

function longAnswer(): string {
  const part = (n: number) =>
    `## Step ${n}\n\nThe hoist rope of crane ${n} is **measured** at three points, see [the log](https://example.org/${n}) and \`rope.diameter\`.\n\n- first point: 27.${n % 10} mm\n- second point: 26.${n % 10} mm\n\n| Item | Value |\n| --- | --- |\n| Rope | ${n} |\n\n\`\`\`python\ndef check(diameter: float) -> bool:\n    return diameter > 25.8 + ${n}\n\`\`\`\n\n`
  let text = ''
  for (let n = 1; text.length < 29_000; n++) text += part(n)
  return text
}

test('an answer of 29 kB costs less than a second of the main thread', async ({ page, fake }) => {
  await fake.set({ answer: longAnswer(), wordMs: 1 })
  await page.goto(`/chat/${id(100)}`)
  await page.getByText('Two signatures are due').waitFor()
  const session = await page.context().newCDPSession(page)
  // The thread's own time: what other programs on the machine take is not the page's doing.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metrics = async () =>
    Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(one => [one.name, one.value * 1000]))
  await page.evaluate(() => {
    const tasks: number[] = ((globalThis as { tasks?: number[] }).tasks = [])
    new PerformanceObserver(list => tasks.push(...list.getEntries().map(one => one.duration))).observe({
      type: 'longtask',
    })
  })
  const before = await metrics()
  await page.getByRole('textbox', { name: 'Your message' }).fill('All of it, please')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  const begun = Date.now()
  // Asks the server, not the page: a locator that waits would look at the page in every frame.
  const written = async () => (await fake.set({})).messages.some(one => one.status === 'streaming')
  await expect.poll(written, { timeout: 60_000, intervals: [500] }).toBe(false)
  const after = await metrics()
  const spent = (name: string) => Math.round((after[name] ?? 0) - (before[name] ?? 0))
  const tasks = await page.evaluate(() => (globalThis as { tasks?: number[] }).tasks ?? [])
  console.log(
    `main thread ${spent('TaskDuration')} ms (script ${spent('ScriptDuration')}, layout ${spent('LayoutDuration')}, style ${spent('RecalcStyleDuration')}) in ${Date.now() - begun} ms; long tasks: ${tasks.join(', ') || 'none'}`,
  )
  await expect(page.getByRole('log')).toContainText('Step 60')
})
