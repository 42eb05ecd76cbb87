import { X509Certificate } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import path from 'node:path'
import { KubeconfigError } from './kubeconfigError.ts'
import type { Entry } from './kubeconfigFiles.ts'

type NamedEntry = Entry & { name: string }

/** @throws KubeconfigError when the cluster entry cannot be used */
export function checkCluster({ file, name, body }: NamedEntry): void {
  const where = `kubeconfig ${file}: cluster ${name}`
  const server = body['server']
  if (typeof server !== 'string' || !server)
    throw new KubeconfigError(`${where} has no server: expected an address such as https://host:6443`)
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new KubeconfigError(`${where}: server ${JSON.stringify(server)} is no address such as https://host:6443`)
  }
  certificateIn(body, 'certificate-authority', where)
  const proxy = body['proxy-url']
  if (typeof proxy === 'string' && proxy && !/^(https?|socks5h?):\/\//.test(proxy)) {
    throw new KubeconfigError(`${where}: proxy-url ${JSON.stringify(proxy)} is none of http://, https://, socks5://`)
  }
}

/** @throws KubeconfigError when the user entry cannot be used: missing or expired certificate, plugin that is not there */
export function checkUser(user: NamedEntry | null, now = Date.now()): void {
  if (!user) return
  const { file, name, body } = user
  const where = `kubeconfig ${file}: user ${name}`
  const certificate = certificateIn(body, 'client-certificate', where)
  const key = bytesOf(body, 'client-key', where)
  if (certificate && !key) throw new KubeconfigError(`${where} has a client-certificate without a client-key`)
  if (key && !certificate) throw new KubeconfigError(`${where} has a client-key without a client-certificate`)
  if (certificate && Date.parse(certificate.validTo) < now) {
    const date = new Date(certificate.validTo).toISOString().slice(0, 16).replace('T', ' ')
    throw new KubeconfigError(
      `${where}: its client certificate expired on ${date} UTC: get a new kubeconfig, or log in again`,
    )
  }
  const tokenFile = body['tokenFile']
  if (typeof tokenFile === 'string' && tokenFile) readOrThrow(tokenFile, 'tokenFile', where)
  const exec = body['exec'] as { command?: unknown; installHint?: unknown } | undefined
  if (exec) checkPlugin(exec, where)
}

function checkPlugin(exec: { command?: unknown; installHint?: unknown }, where: string): void {
  const { command, installHint } = exec
  if (typeof command !== 'string' || !command) throw new KubeconfigError(`${where}: exec names no command`)
  if (isExecutable(command)) return
  const hint = typeof installHint === 'string' && installHint ? `: ${installHint.replace(/\s+/g, ' ').trim()}` : ''
  throw new KubeconfigError(
    `${where}: the credential plugin ${command} is not ${command.includes('/') ? 'there' : 'in PATH'}${hint || ': install it, or take another context'}`,
  )
}

function isExecutable(command: string): boolean {
  const directories = command.includes('/') ? [''] : (process.env['PATH'] ?? '').split(path.delimiter)
  return directories.some((directory) => {
    try {
      accessSync(path.resolve(directory, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function certificateIn(body: Record<string, unknown>, field: string, where: string): X509Certificate | null {
  const bytes = bytesOf(body, field, where)
  if (!bytes) return null
  try {
    return new X509Certificate(bytes)
  } catch {
    const source = body[`${field}-data`] ? `${field}-data` : `${field} ${String(body[field])}`
    throw new KubeconfigError(
      `${where}: ${source} is not a certificate (expected PEM${body[`${field}-data`] ? ' in base64' : ''})`,
    )
  }
}

function bytesOf(body: Record<string, unknown>, field: string, where: string): Buffer | null {
  const data = body[`${field}-data`]
  if (typeof data === 'string' && data) return Buffer.from(data, 'base64')
  const file = body[field]
  return typeof file === 'string' && file ? readOrThrow(file, field, where) : null
}

function readOrThrow(file: string, field: string, where: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read by this user'
          : `cannot be read (${code})`
    throw new KubeconfigError(`${where}: ${field} ${file} ${why}`)
  }
}
