/**
 * Which adapter this page gets. It is fetched beside the configuration that names it, not after it: on a slow line that
 * is a round trip; and what belongs to whoever was here last is shown before either is asked for.
 */
import type { AppConfig } from '../config/config'
import { readShared, writeShared } from '../offline/shared'
import { UNCONFIRMED_MS, wipeStores } from '../offline/wipe'
import type { AuthAdapter, Identity } from './adapter'
import { remember } from './auth'
import { createLocalAdapter } from './local'

/** The one adapter of this build; throws where the installation names another. */
export async function chooseAdapter(configured: Promise<AppConfig>): Promise<AuthAdapter> {
  const last = await remembered(Date.now())
  if (last) remember(last)
  const { provider } = (await configured).auth
  if (provider !== 'local') throw new Error(`auth.provider ${provider} is not part of this build; set it to local`)
  return createLocalAdapter(last)
}

/** Who was here last; nobody once it is too long ago that the server knew them, and then nothing of theirs stays. */
export async function remembered(now: number): Promise<Identity | undefined> {
  const last = (await readShared('identity')) as Identity | undefined
  if (!last || now - last.confirmedAt < UNCONFIRMED_MS) return last
  await writeShared('identity', undefined)
  await wipeStores()
  return undefined
}
