/** Eight languages, told apart by weight and ink: colour belongs to states. Elements from the token tree, no HTML. */
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import go from 'highlight.js/lib/languages/go'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import type { ReactNode } from 'react'
import { showControls } from './safe'

const LANGUAGES = { bash, go, javascript, json, python, sql, typescript, yaml }
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

interface Branch {
  readonly scope?: string
  readonly children: readonly (Branch | string)[]
}

const INK: Readonly<Record<string, string>> = {
  keyword: 'font-medium',
  built_in: 'font-medium',
  title: 'font-medium',
  attr: 'font-medium',
  string: 'text-text-2',
  number: 'text-text-2',
  comment: 'text-text-3',
}

function paint(node: Branch | string, key: number): ReactNode {
  if (typeof node === 'string') return showControls(node)
  const inner = node.children.map(paint)
  const ink = INK[(node.scope ?? '').split('.')[0] ?? '']
  return (
    <span key={key} className={ink}>
      {inner}
    </span>
  )
}

/** Undefined for a language it does not know. */
export function highlight(text: string, language: string): ReactNode | undefined {
  if (!hljs.getLanguage(language)) return undefined
  const { _emitter } = hljs.highlight(text, { language, ignoreIllegals: true }) as unknown as {
    _emitter: { rootNode: Branch }
  }
  return _emitter.rootNode.children.map(paint)
}
