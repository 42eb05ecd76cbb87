import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { load, YAML11_SCHEMA } from 'js-yaml'
import { KubeconfigError } from './kubeconfigError.ts'

/** A kubeconfig as its YAML says, with the file that each entry came from. */
export interface RawKubeconfig {
  files: string[]
  currentContext: string | null
  contexts: Map<string, Entry>
  clusters: Map<string, Entry>
  users: Map<string, Entry>
}

export interface Entry {
  file: string
  /** The `cluster`, `user` or `context` block, paths made absolute. */
  body: Record<string, unknown>
}

/** Files to read, in kubectl's order: --kubeconfig, else KUBECONFIG, else ~/.kube/config. Empty when there is none. */
export function kubeconfigFiles(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): { path: string; required: boolean }[] {
  if (given !== undefined) return [{ path: given, required: true }]
  const listed = (environment['KUBECONFIG'] ?? '').split(path.delimiter).filter(Boolean)
  if (listed.length > 0) return listed.map((file) => ({ path: file, required: listed.length === 1 }))
  return [{ path: path.join(environment['HOME'] ?? homedir(), '.kube', 'config'), required: false }]
}

/**
 * Reads and merges the files as kubectl does: the first file to name a thing wins, files of a list that do not exist are
 * passed over, relative paths are relative to the file that has them.
 *
 * @throws KubeconfigError for a file that exists and cannot be used
 */
export function readKubeconfigFiles(files: readonly { path: string; required: boolean }[]): RawKubeconfig {
  const merged: RawKubeconfig = {
    files: [],
    currentContext: null,
    contexts: new Map(),
    clusters: new Map(),
    users: new Map(),
  }
  for (const { path: file, required } of files) {
    const text = readText(file, required)
    if (text === null) continue
    merged.files.push(file)
    const document = parse(file, text)
    const current = document['current-context']
    if (typeof current === 'string' && current) merged.currentContext ??= current
    for (const [list, field] of [
      ['contexts', 'context'],
      ['clusters', 'cluster'],
      ['users', 'user'],
    ] as const) {
      for (const [name, body] of entriesOf(file, document, list, field)) {
        if (!merged[list].has(name)) merged[list].set(name, { file, body: withAbsolutePaths(path.dirname(file), body) })
      }
    }
  }
  return merged
}

function readText(file: string, required: boolean): string | null {
  try {
    if (statSync(file).isDirectory())
      throw new KubeconfigError(`kubeconfig ${file} is a directory: name the file in it`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof KubeconfigError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !required) return null
    const why: Record<string, string> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read by this user (permission denied)',
      ELOOP: 'is a symbolic link that leads back to itself',
      ENOTDIR: 'does not exist: a part of its path is a file',
    }
    throw new KubeconfigError(`kubeconfig ${file} ${why[code ?? ''] ?? `cannot be read: ${message}`}`)
  }
}

function parse(file: string, text: string): Record<string, unknown> {
  if (text.trim() === '') return {}
  let document: unknown
  try {
    document = load(text, { schema: YAML11_SCHEMA })
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } }
    const where = mark ? ` at line ${mark.line + 1}, column ${mark.column + 1}` : ''
    throw new KubeconfigError(`kubeconfig ${file} is not YAML${where}: ${reason ?? String(error)}`)
  }
  if (document === null || document === undefined) return {}
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw new KubeconfigError(
      `kubeconfig ${file} is not a kubeconfig: expected a mapping with clusters, users and contexts`,
    )
  }
  const { kind } = document as { kind?: unknown }
  if (kind !== undefined && kind !== 'Config') {
    throw new KubeconfigError(`kubeconfig ${file} is not a kubeconfig: kind ${JSON.stringify(kind)}, expected Config`)
  }
  return document as Record<string, unknown>
}

function* entriesOf(
  file: string,
  document: Record<string, unknown>,
  list: string,
  field: string,
): Generator<[name: string, body: Record<string, unknown>]> {
  const entries = document[list] ?? []
  if (!Array.isArray(entries)) throw new KubeconfigError(`kubeconfig ${file}: ${list} is not a list`)
  for (const [index, entry] of entries.entries()) {
    const { name, [field]: body } = (entry ?? {}) as Record<string, unknown>
    if (typeof name !== 'string' || !name)
      throw new KubeconfigError(`kubeconfig ${file}: ${list}[${index}] has no name`)
    if (body !== undefined && body !== null && typeof body !== 'object') {
      throw new KubeconfigError(`kubeconfig ${file}: ${field} of ${list}[${index}] (${name}) is not a mapping`)
    }
    yield [name, (body ?? {}) as Record<string, unknown>]
  }
}

const pathFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

function withAbsolutePaths(directory: string, body: Record<string, unknown>): Record<string, unknown> {
  const absolute = { ...body }
  for (const field of pathFields) {
    const value = body[field]
    if (typeof value === 'string' && value) absolute[field] = path.resolve(directory, value)
  }
  const exec = body['exec'] as { command?: unknown } | undefined
  // As kubectl: a plugin named with a slash lies relative to the kubeconfig, a bare name in PATH.
  if (typeof exec?.command === 'string' && exec.command.includes('/')) {
    absolute['exec'] = { ...exec, command: path.resolve(directory, exec.command) }
  }
  return absolute
}
