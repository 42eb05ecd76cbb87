import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

/*
 * The OpenAPI v3 documents of kube-apiserver v1.34.4, one a group version, as it served them.
 * They are unpacked at first use: a server that nobody asks for a group never parses its document.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON Schema as it came
export type Schema = Record<string, any>

const folder = new URL('../openapi/', import.meta.url)
const texts = new Map<string, Buffer>()
const schemas = new Map<string, Record<string, Schema>>()

const fileOf = (path: string) => `${path.replaceAll('/', '_')}.json.br`

/** Paths of the documents that exist: `api/v1`, `apis/apps/v1`… */
export const documentPaths: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json.br'))
  .map((file) => file.slice(0, -'.json.br'.length).replaceAll('_', '/'))
  .sort()

/** @param path `api/v1` or `apis/GROUP/VERSION`; undefined when there is no such document. */
export function documentText(path: string): Buffer | undefined {
  if (!documentPaths.includes(path)) return undefined
  let text = texts.get(path)
  if (text === undefined) {
    text = brotliDecompressSync(readFileSync(new URL(fileOf(path), folder)))
    texts.set(path, text)
  }
  return text
}

/** The component schemas of a document by their Go name (`io.k8s.api.core.v1.Pod`). */
export function componentSchemas(path: string): Record<string, Schema> {
  let components = schemas.get(path)
  if (components === undefined) {
    const text = documentText(path)
    components =
      text === undefined
        ? {}
        : (JSON.parse(text.toString()) as { components: { schemas: Record<string, Schema> } }).components.schemas
    schemas.set(path, components)
  }
  return components
}

export function documentHash(path: string): string {
  return createHash('sha512')
    .update(documentText(path) as Buffer)
    .digest('hex')
    .toUpperCase()
}
