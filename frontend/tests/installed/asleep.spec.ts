/** A Model at zero, asked in the chat: whoever runs this put it to sleep first. */
import { expect, test } from '@playwright/test'
import { answered, log, pick, say, shortAnswers, signIn } from './person.ts'

test('a question to a sleeping Model shows it wake, and is answered without being sent again', async ({ page }) => {
  await signIn(page)
  await page.goto('/models')
  await expect(page.getByText(/^Asleep/).first()).toBeVisible()
  await page.goto('/chat?new')
  await pick(page)
  await shortAnswers(page)
  await say(page, 'In one sentence, what is a node?')
  await expect(page.getByRole('progressbar', { name: 'Waking up' })).toBeVisible()
  await answered(page, 1)
  await expect(log(page).getByText('In one sentence, what is a node?')).toHaveCount(1)
})
