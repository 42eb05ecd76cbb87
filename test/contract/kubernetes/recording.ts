import { readFileSync, readdirSync } from 'node:fs'

/** One request to a real kube-apiserver and what it answered. */
export interface Step {
  name: string
  /** Values taken from the answer for later steps: name -> dotted path. */
  capture?: Record<string, string>
  request: { method: string; path: string; headers?: Record<string, string>; credentials: string; body: unknown }
  response: { status: number; headers: Record<string, string>; body: unknown }
}

export interface Recording {
  scenario: string
  namespace: string
  steps: Step[]
}

const folder = new URL('../recordings/kubernetes-1.34/', import.meta.url)

export const recordings: readonly Recording[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && !file.startsWith('openapi'))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recording)

/** SHA-256 of the recorded OpenAPI v3 documents, by path. */
export const openApiSums = JSON.parse(readFileSync(new URL('openapi-v3.sha256.json', folder), 'utf8')) as Record<
  string,
  string
>
