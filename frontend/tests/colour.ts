/** Contrast (WCAG 2) between tokens written in OKLCH. */

type Rgb = readonly [number, number, number]
export type Tokens = (name: string) => Rgb

function block(css: string, selector: string): Tokens {
  const body = css.slice(css.indexOf(selector)).match(/\{([^}]*)\}/)?.[1] ?? ''
  return name => {
    const value = new RegExp(`--${name}:oklch\\(([^)/]+)`).exec(body)?.[1]
    if (!value) throw new Error(`no token ${name}`)
    const [l = 0, c = 0, h = 0] = value.trim().split(/\s+/).map(Number)
    return linear(l, c, h)
  }
}

export function parseTokens(css: string): { light: Tokens; dark: Tokens } {
  return { light: block(css, ':root'), dark: block(css, '[data-theme=dark]') }
}

/** OKLCH to linear sRGB, clipped. */
function linear(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const L = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const M = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const S = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S),
    clip(-1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S),
    clip(-0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S),
  ]
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b

export function contrast(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}
