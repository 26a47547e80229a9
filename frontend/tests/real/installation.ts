/** The installation under test, as `python -m dev trial` describes it, and its first owner. */

function told(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run this by python -m dev trial`)
  return value
}

export const URL_OF_WEB = told('FREEHOLD_URL')
export const BOOTSTRAP_TOKEN = told('FREEHOLD_BOOTSTRAP_TOKEN')
export const TENANT = told('FREEHOLD_TEST_TENANT')
export const MODEL = told('FREEHOLD_TEST_MODEL')

export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

export const OWNER: Person = {
  name: 'Mira Kovač',
  email: 'mira@harbour.example',
  password: 'a long enough password',
}
