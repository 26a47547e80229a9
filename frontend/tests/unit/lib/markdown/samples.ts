/** Documents for "streamed = final": CommonMark and GFM, what models write, and what breaks parsers. */
export const SAMPLES: Readonly<Record<string, string>> = {
  everything:
    '# One\n\n### Three\n\nText with **bold**, *thin*, ~~gone~~, `code`, a break  \nand [a link](https://a.example).\n\n- one\n- two\n  - inner\n\n3. three\n4. four\n\n- [x] done\n- [ ] open\n\n> quoted\n>\n> twice\n\n| A | B |\n| :-- | --: |\n| 1 | 2 |\n\n```js\nlet a = 1\n```\n\n---\n\nEnd \\*not thin\\* &amp; done.',
  paragraphs: 'One.\n\nTwo,\nstill two.\n\n\n\nThree.',
  setext: 'Title\n=====\n\nSub\n---\n\ntext\n---',
  lists:
    '- a\n- b\n\n  still b\n\n- c\n\n  ```\n  code in c\n  ```\n\n1. x\n1. y\n   - z\n\ntext\n\n* other\n+ another',
  loose: '- a\n\n- b\n\n\n- c\ntext lazily continued\n\nnew paragraph',
  fences:
    '```\nopen\n\nstill\n```\n\n~~~yaml\na: b\n```\nnot the end\n~~~\n\n````\n```\n````\n\n  ```\n  indented\n  ```\n',
  unclosed: 'Before\n\n```python\nprint(1)\n\nprint(2)\n',
  halfFence: 'Text\n\n```\ncode\n``\nmore\n```x\nstill\n```',
  tables: '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |\n\n| not a table\n\nafter | bar',
  html: '<div>\n\ntext\n\n</div>\n\n<!-- a\n\ncomment -->\n\n<script>\nalert(1)\n\n</script>\n\nafter',
  references: 'See [one] and [two][2].\n\n[one]: https://a.example\n[2]: https://b.example "title"\n\nEnd [one].',
  indented: 'text\n\n    code\n\n    more\n\ntext\n\n\tcode by tab',
  quotes: '> a\nlazy\n\n> b\n> - c\n>   d\n\n> ```\n> code\n> ```\n',
  unicode: 'Grüße 🌊\n\n- 漢字\n- ελληνικά\n\n`🌊`',
  spaces: '   \n\n\n  text   \n\n   # heading\n#not\n\n\n',
}
