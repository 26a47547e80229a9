/**
 * Writes the Model's `spec` schema, as the API server enforces it, for the deploy form. It is read from the generated
 * CustomResourceDefinition, because there every reference is resolved already; with `--check` fails if it differs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { format, resolveConfig } from 'prettier'

const SOURCE = new URL('../../k8s/crds/models.freehold.dev.yaml', import.meta.url)
const TARGET = new URL('../src/features/models/schema.json', import.meta.url)

interface Definition {
  spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: object } } } }[] }
}

/** What only the API server reads: the browser leaves these rules to the dry run. */
const OWN_TO_THE_SERVER = /^x-kubernetes-(validations|list-|map-)/

export function modelSchema(yaml: string): object {
  const definition = load(yaml) as Definition
  const spec = definition.spec.versions[0]?.schema.openAPIV3Schema.properties.spec ?? {}
  return JSON.parse(
    JSON.stringify(spec, (key, value: unknown) => (OWN_TO_THE_SERVER.test(key) ? undefined : value)),
  ) as object
}

if (import.meta.main) {
  const house = await resolveConfig(fileURLToPath(TARGET))
  const schema = JSON.stringify(modelSchema(readFileSync(SOURCE, 'utf8')), null, 2)
  const text = await format(schema, { ...house, parser: 'json' })
  if (!process.argv.includes('--check')) writeFileSync(TARGET, text)
  else if (readFileSync(TARGET, 'utf8') !== text) {
    console.error('src/features/models/schema.json is stale: node build/gen-model-schema.ts')
    process.exitCode = 1
  }
}
