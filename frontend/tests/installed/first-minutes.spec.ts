/** The first five minutes of a person, on the real cluster with the real model. */
import { expect, test } from '@playwright/test'
import { answered, answers, likeliestWords, log, model, pick, say, shortAnswers, signIn, toTheStart } from './person.ts'

test('signs in, picks the sample model, asks, and reads offline what was said', async ({ page }) => {
  await signIn(page)
  await page.goto('/chat?new')
  await pick(page)
  await shortAnswers(page)
  await say(page, 'In one sentence, what is Kubernetes?')
  await answered(page, 1)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.context().setOffline(true)
  await page.reload()
  await expect(log(page).getByText('In one sentence, what is Kubernetes?')).toBeVisible()
  await say(page, 'And what is a pod?')
  await page.context().setOffline(false)
  await answered(page, 2)
  await expect(log(page).getByText('And what is a pod?')).toHaveCount(1)
})

test('a reload in mid-answer loses nothing and doubles nothing', async ({ page }) => {
  await signIn(page)
  await page.goto('/chat?new')
  await pick(page)
  await likeliestWords(page)
  await say(page, 'Write a long story about a lighthouse.')
  await expect(answers(page)).toHaveText(/(\w+\W+){20}/)
  // The wait and the speed stand beside the words, and come with the end.
  const begun = (await answers(page).innerText()).split('\n').at(-1)?.slice(0, 40) ?? ''
  await page.reload()
  await expect(answers(page)).toHaveText(/(\w+\W+){60}/)
  await expect(answers(page)).toContainText(begun)
  await page.getByRole('button', { name: 'Stop' }).click()
  await answered(page, 1)
  await toTheStart(page)
  await expect(log(page).getByText('Write a long story about a lighthouse.')).toHaveCount(1)
})

test('the catalogue shows the sample model and its state in words', async ({ page }) => {
  await signIn(page)
  await page.goto('/models')
  await expect(page.getByRole('link', { name: new RegExp(model) }).first()).toBeVisible()
  await expect(page.getByText(/^(Ready|Asleep)/).first()).toBeVisible()
})
