import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { redact } from '../journal/redact.ts'

export interface CommandEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last line that it printed. */
  readonly lastLine: string
}

const logIn = (folder: string): string => path.join(folder, 'command.log')

/** Takes the credentials out of command.log, if there is one. */
export function redactLog(folder: string): void {
  const file = logIn(folder)
  if (!existsSync(file)) return
  try {
    writeFileSync(`${file}.part`, redact(readFileSync(file, 'utf8')))
    renameSync(`${file}.part`, file)
  } catch {
    // The disk is full: what is there stays, for its owner alone. How the command ended matters more.
  }
}

/**
 * Runs the operator's command in this terminal's place: what it prints is shown, and kept in command.log of the folder, in the end without credentials.
 * @param env beside this process's own: KUBECONFIG with the context that the upgrade is for
 */
export async function runCommand(
  [program = '', ...given]: readonly string[],
  options: { folder: string; env: Readonly<Record<string, string>>; show: (text: string) => void },
): Promise<CommandEnd> {
  const log = createWriteStream(logIn(options.folder), { flags: 'a', mode: 0o600 })
  const child = spawn(program, given, { env: { ...process.env, ...options.env }, stdio: ['inherit', 'pipe', 'pipe'] })
  let tail = ''
  const take = (data: Buffer) => {
    log.write(data)
    options.show(data.toString())
    tail = `${tail}${data.toString()}`.slice(-4000)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const end = await new Promise<Pick<CommandEnd, 'exitCode' | 'signal'>>((resolve) => {
    child.once('error', (error) => {
      take(Buffer.from(`${error.message}\n`))
      resolve({ exitCode: 127, signal: null })
    })
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  await new Promise((resolve) => log.end(resolve))
  redactLog(options.folder)
  return { ...end, lastLine: tail.trimEnd().split('\n').at(-1) ?? '' }
}
