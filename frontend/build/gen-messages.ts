/** Collects every `t('…')` and every title of a route into `messages.en.json`; with `--check` fails if it differs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const SRC = join(import.meta.dirname, '../src')
const TARGET = join(SRC, 'lib/i18n/messages.en.json')

/** The ids in one file; a `t()` whose first argument is neither a literal nor a choice of literals is reported. */
export function messagesOf(text: string, name: string): { found: string[]; problems: string[] } {
  const source = ts.createSourceFile(
    name,
    text,
    ts.ScriptTarget.Latest,
    true,
    name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  )
  const found: string[] = []
  const problems: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 't' && node.arguments[0]) take(node.arguments[0])
    ts.forEachChild(node, visit)
  }
  function take(argument: ts.Expression): void {
    if (ts.isStringLiteralLike(argument)) found.push(argument.text)
    else if (ts.isConditionalExpression(argument)) [argument.whenTrue, argument.whenFalse].forEach(take)
    else if (!/\btitle\b/.test(argument.getText()))
      problems.push(`${name}: t(${argument.getText().slice(0, 60)}) is not a literal`)
  }
  visit(source)
  return { found, problems }
}

function titles(text: string): string[] {
  return [...text.matchAll(/\btitle: '([^']+)'/g)].map(match => match[1] as string)
}

if (import.meta.main) {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => /\.tsx?$/.test(file))
  const all = files.map(file => messagesOf(readFileSync(join(SRC, file), 'utf8'), file))
  const ids = new Set([...all.flatMap(one => one.found), ...titles(readFileSync(join(SRC, 'routes.ts'), 'utf8'))])
  const text = `${JSON.stringify([...ids].sort(), null, 2)}\n`
  const problems = all.flatMap(one => one.problems)
  if (!process.argv.includes('--check')) writeFileSync(TARGET, text)
  else if (readFileSync(TARGET, 'utf8') !== text)
    problems.push('src/lib/i18n/messages.en.json is stale: npm run gen:messages')
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length ? 1 : 0
}
