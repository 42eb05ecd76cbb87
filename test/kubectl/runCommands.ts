import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NAMESPACE, NODE, words, type Command } from './commands.ts'
import type { Kubectl } from './findKubectl.ts'

export interface Answer {
  code: number
  stdout: string
  stderr: string
}

/** A hanging command is a finding: it is ended and its exit code is 124. Real ms. */
export const PATIENCE_MS = 60_000

/** What kubectl answered to every command, in order, in a namespace that is made for them. */
export async function* runCommands(
  commands: readonly Command[],
  kubectl: Kubectl,
  kubeconfig: string,
): AsyncGenerator<Answer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubectl-'))
  const own = path.join(folder, '.kubeconfig')
  const run = (argv: readonly string[], more: { stdin?: string; environment?: Record<string, string> } = {}) =>
    execute(kubectl, argv, { folder, kubeconfig: own, ...more })
  try {
    await copyFile(kubeconfig, own)
    await run(['delete', 'namespace', NAMESPACE, '--ignore-not-found'])
    await run(['create', 'namespace', NAMESPACE])
    await run(['config', 'set-context', '--current', `--namespace=${NAMESPACE}`])
    const node = (await run(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])).stdout
    for (const command of commands) {
      for (const [name, text] of Object.entries(command.files ?? {})) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
        writeFileSync(path.join(folder, name), text)
      }
      const argv = words(command.run ?? '').map((word) => (word === NODE ? node : word))
      const answer = command.portForward
        ? await forward(kubectl, command.portForward, folder, own)
        : await run(argv, command)
      yield {
        code: answer.code,
        stdout: answer.stdout.replaceAll(node, NODE),
        stderr: answer.stderr.replaceAll(node, NODE),
      }
    }
  } finally {
    await run(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false'])
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Place {
  folder: string
  kubeconfig: string
  stdin?: string
  environment?: Record<string, string>
}

function start({ file, argv0 }: Kubectl, argv: readonly string[], place: Place): ChildProcess {
  const env = {
    PATH: process.env['PATH'],
    HOME: place.folder,
    KUBECONFIG: place.kubeconfig,
    LANG: 'C.UTF-8',
    ...place.environment,
  }
  return spawn(file, argv, { argv0, cwd: place.folder, env })
}

function execute(kubectl: Kubectl, argv: readonly string[], place: Place): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = start(kubectl, argv, place)
    const answer = { code: 0, stdout: '', stderr: '' }
    let late = false
    const patience = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, PATIENCE_MS)
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (answer.stdout += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (answer.stderr += text))
    // a command that reads nothing may end before it could be told anything
    child.stdin!.on('error', () => undefined)
    child.stdin!.end(place.stdin ?? '')
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(patience)
      resolve({ ...answer, code: late ? 124 : (code ?? 255) })
    })
  })
}

/** Port 0 is any free one: kubectl says which. */
async function forward(
  kubectl: Kubectl,
  { target, port, path: asked }: NonNullable<Command['portForward']>,
  folder: string,
  kubeconfig: string,
): Promise<Answer> {
  const child = start(kubectl, ['port-forward', target, `:${port}`], { folder, kubeconfig })
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<null>((resolve) => child.on('close', () => resolve(null)))
  const local = new Promise<string>((resolve) => {
    let text = ''
    child.stdout!.setEncoding('utf8').on('data', (more: string) => {
      text += more
      const found = /127\.0\.0\.1:(\d+) ->/.exec(text)?.[1]
      if (found) resolve(found)
    })
  })
  const localPort = await Promise.race([local, ended])
  if (localPort === null) return { code: child.exitCode ?? 255, stdout: '', stderr }
  try {
    const response = await fetch(`http://127.0.0.1:${localPort}${asked}`, { signal: AbortSignal.timeout(10_000) })
    return { code: 0, stdout: `${response.status} ${await response.text()}`, stderr }
  } catch (error) {
    return { code: 1, stdout: '', stderr: `${stderr}${(error as Error).message}` }
  } finally {
    child.kill()
    await ended
  }
}
