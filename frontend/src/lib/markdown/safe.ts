/** What an answer may do: link to the web, nothing else. Answers are a stranger's text. */

const ALLOWED = new Set(['https:', 'http:', 'mailto:'])

/** The address as it may stand in `href`, or undefined: then the link becomes text. Relative addresses are refused too. */
export function safeHref(href: string): string | undefined {
  // Browsers skip control characters and spaces inside a scheme; so must this.

  const clean = href.replace(/[\u0000-\u0020\u007f-\u009f]/g, '')
  try {
    const url = new URL(clean)
    return ALLOWED.has(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}

/** The host to show beside a link whose text does not already say it. */
export function hostToShow(href: string, text: string): string | undefined {
  const { host, protocol } = new URL(href)
  if (protocol === 'mailto:' || host === '') return undefined
  return text.includes(host) ? undefined : host
}

const BIDI = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g

/** Direction controls can make text read as something else; they are shown by name. */
export function showControls(text: string): string {
  return text.replace(BIDI, sign => `[U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  times: '×',
  middot: '·',
  bull: '•',
  deg: '°',
  euro: '€',
  pound: '£',
  rarr: '→',
  larr: '←',
  ouml: 'ö',
  auml: 'ä',
  uuml: 'ü',
  Ouml: 'Ö',
  Auml: 'Ä',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  agrave: 'à',
  egrave: 'è',
  ccedil: 'ç',
  frac12: '½',
}

/** HTML character references as their characters; unknown ones stay as typed. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|[a-z\d]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name] ?? whole
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\ufffd'
  })
}
