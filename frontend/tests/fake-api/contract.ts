/** Every answer of the fake API is held against the OpenAPI document, so that it cannot promise what the app does not. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { contract } from '../../build/gen-api.ts'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}

const document = contract()
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema({ $id: 'openapi', ...document } as object)

/** Template and values for a path: `/api/v1/models/x` -> `/api/v1/models/{name}`, { name: 'x' }. Literal paths win. */
export function templateFor(path: string): { template: string; params: Record<string, string> } | undefined {
  if (document.paths[path]) return { template: path, params: {} }
  for (const template of Object.keys(document.paths)) {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(match => match[1] as string)
    const match = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path)
    if (match && names.length)
      return {
        template,
        params: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')])),
      }
  }
  return undefined
}

const compiled = new Map<string, ReturnType<typeof ajv.compile>>()

/** What is wrong with an answer, or undefined. */
export function complaint(template: string, method: string, status: number, body: unknown): string | undefined {
  const operation = (document.paths[template] as Record<string, Operation> | undefined)?.[method.toLowerCase()]
  if (!operation) return `${method} ${template} is not in the contract`
  const schema = operation.responses[String(status)]?.content?.['application/json']?.schema
  if (!schema) return operation.responses[String(status)] ? undefined : `${method} ${template} never answers ${status}`
  const key = `${method} ${template} ${status}`
  const at = `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`
  const validate = compiled.get(key) ?? ajv.compile({ $ref: `openapi${at}` })
  compiled.set(key, validate)
  return validate(body) ? undefined : `${key}: ${ajv.errorsText(validate.errors)}`
}
