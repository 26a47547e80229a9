/**
 * Words on the screen. The English sentence is its own id, so that code reads as what it shows; `npm run gen:messages`
 * collects the ids into `messages.en.json` for translators. ADR 0070 says why not a library.
 *
 * Placeholders: `{name}`, and `{n, plural, =0 {none} one {# message} other {# messages}}` (no nesting inside a branch).
 */

export type Values = Readonly<Record<string, string | number>>

let catalogue: Readonly<Record<string, string>> = {}
/** British: day before month, 24 hours. */
let locale = 'en-GB'
let plurals = new Intl.PluralRules(locale)
let numbers = new Intl.NumberFormat(locale)

/** Sets the language for everything said from now on; messages absent from the catalogue stay English. */
export function setLocale(tag: string, messages: Readonly<Record<string, string>> = {}): void {
  locale = tag
  catalogue = messages
  plurals = new Intl.PluralRules(tag)
  numbers = new Intl.NumberFormat(tag)
}

export function currentLocale(): string {
  return locale
}

/** Of short figures: British ones write a million as "m", which reads as metres. */
export function compactLocale(): string {
  return locale === 'en-GB' ? 'en' : locale
}

/** The sentence in the current language with its values filled in; an unknown placeholder stays visible. */
export function t(message: string, values: Values = {}): string {
  const text = catalogue[message] ?? message
  return text.includes('{') ? fill(text, values) : text
}

const PLURAL = /\{(\w+), plural,((?: *(?:=\d+|\w+) *\{[^{}]*\})+) *\}/g
const BRANCH = /(=\d+|\w+) *\{([^{}]*)\}/g

function fill(text: string, values: Values): string {
  const chosen = text.replace(PLURAL, (_, name: string, branches: string) => branch(Number(values[name]), branches))
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? say(values[name]) : whole))
}

function branch(count: number, branches: string): string {
  const texts = new Map([...branches.matchAll(BRANCH)].map(match => [match[1], match[2] ?? '']))
  const text = texts.get(`=${count}`) ?? texts.get(plurals.select(count)) ?? texts.get('other') ?? ''
  return text.replaceAll('#', say(count))
}

function say(value: string | number | undefined): string {
  return typeof value === 'number' ? numbers.format(value) : String(value)
}
