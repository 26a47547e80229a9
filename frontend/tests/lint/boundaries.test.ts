// @vitest-environment node
/** Each boundary and ban has a violation that it must catch, and a neighbour that it must let pass. */
import { join } from 'node:path'
import { ESLint } from 'eslint'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const eslint = new ESLint({ cwd: root })

async function complaints(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: join(root, 'src', file) })
  return (result?.messages ?? [])
    .filter(message => message.severity === 2)
    .map(message => message.ruleId ?? message.message)
}

const IMPORTS = 'no-restricted-imports'
const SYNTAX = 'no-restricted-syntax'
const GLOBALS = 'no-restricted-globals'

it.each([
  ['lib/x.ts', "import { Button } from '@/components/ui/button'\nexport const a = Button", IMPORTS],
  ['lib/x.ts', "import { a } from '../features/chat'\nexport const b = a", IMPORTS],
  ['components/ui/x.ts', "import { a } from '@/features/chat'\nexport const b = a", IMPORTS],
  ['features/chat/x.ts', "import { a } from '@/features/models'\nexport const b = a", IMPORTS],
  ['features/chat/x.ts', "import { a } from '@/app/providers'\nexport const b = a", IMPORTS],
  ['app/x.ts', "import { a } from '@/features/models/api/queries'\nexport const b = a", IMPORTS],
  ['features/chat/x.ts', "import { z } from 'zod'\nexport const a = z", IMPORTS],
  ['features/chat/index.ts', "export * from './x'", SYNTAX],
  ['features/chat/x.tsx', 'export const A = () => <p>Hello there</p>', SYNTAX],
  ['features/chat/x.tsx', 'export const A = () => <p title="Hello there" />', SYNTAX],
  ['features/chat/x.tsx', "export const A = () => <p dangerouslySetInnerHTML={{ __html: '' }} />", SYNTAX],
  ['features/chat/x.ts', 'export const a = () => localStorage', GLOBALS],
  ['lib/x.ts', 'export const a = () => localStorage', GLOBALS],
  ['features/chat/x.ts', "export const a = () => fetch('/x')", GLOBALS],
  ['features/chat/x.ts', 'export const a: any = 1', '@typescript-eslint/no-explicit-any'],
  ['features/chat/x.ts', Array.from({ length: 260 }, (_, at) => `export const a${at} = ${at}`).join('\n'), 'max-lines'],
])('%s must not: %s', async (file, code, rule) => expect(await complaints(file, code)).toContain(rule), 30_000)

it.each([
  ['lib/x.ts', "export const a = () => fetch('/x')"],
  ['lib/prefs/x.ts', 'export const a = () => localStorage'],
  [
    'features/chat/x.ts',
    "import { Button } from '@/components/ui/button'\nimport { t } from '@/lib/i18n/t'\nexport const a = [Button, t]",
  ],
  ['app/x.ts', "import { a } from '@/features/models'\nexport const b = a"],
])('%s may: %s', async (file, code) => expect(await complaints(file, code)).toEqual([]), 30_000)
