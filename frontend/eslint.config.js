/**
 * Boundaries and bans. Imports go lib -> components -> features -> app only, and a feature is entered by its index; a
 * planted violation per rule stands in tests/lint/.
 */
import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const above = (...patterns) => ['error', { patterns: [...patterns, ZOD] }]
const ZOD = { group: ['zod'], importNames: ['z'], message: '93 kB: valibot, or a few lines of your own.' }
const layer = (names, message) => ({ regex: `^@/(${names})(/|$)`, message })
const climbing = {
  regex: String.raw`^\.\./(?:\.\./)*(lib|components|features|app)(/|$)`,
  message: 'Name other layers by @/.',
}

const WORDS = 'Words on the screen go through t() of @/lib/i18n/t.'
const syntax = [
  { selector: 'JSXText[value=/[A-Za-z]{2}/]', message: WORDS },
  {
    selector:
      'JSXAttribute[name.name=/^(title|label|placeholder|alt|aria-label|caption|lead)$/] > Literal[value=/[A-Za-z]{2}/]',
    message: WORDS,
  },
  { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'Elements, never HTML strings.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: a feature names what it opens.' },
]
const storage = { name: 'localStorage', message: 'Only lib/prefs; data lives in lib/offline.' }
const calls = { name: 'fetch', message: 'Only lib/: screens call api().' }

export default tseslint.config(
  { ignores: ['.next/', 'out/', 'coverage/', 'next-env.d.ts', 'src/lib/api/schema.ts', 'tests/lint/planted/'] },
  ...tseslint.configs.strict,
  {
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': ['error', ...syntax],
      'no-restricted-globals': ['error', storage, calls],
      'max-lines': ['error', 250],
    },
  },
  {
    files: ['src/lib/**'],
    rules: {
      'no-restricted-imports': above(layer('components|features|app', 'lib knows nothing above it.'), climbing),
      'no-restricted-globals': ['error', storage],
    },
  },
  { files: ['src/lib/prefs/**'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/components/**'],
    rules: { 'no-restricted-imports': above(layer('features|app', 'components know nothing above them.'), climbing) },
  },
  {
    files: ['src/features/**'],
    rules: {
      'no-restricted-imports': above(
        layer('features|app', 'Features do not know each other; app composes them.'),
        climbing,
      ),
    },
  },
  {
    files: ['src/app/**'],
    rules: {
      'no-restricted-imports': above({ regex: '^@/features/[^/]+/.+', message: 'A feature is entered by its index.' }),
    },
  },
  { files: ['src/worker/**'], rules: { 'no-restricted-globals': 'off' } },
)
