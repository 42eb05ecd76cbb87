import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import path from 'node:path'

export interface CommandEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last line that it printed. */
  readonly lastLine: string
}

/**
 * Runs the operator's command in this terminal's place: what it prints is shown, and kept in command.log of the folder.
 * @param env beside this process's own: KUBECONFIG with the context that the upgrade is for
 */
export async function runCommand(
  [file = '', ...given]: readonly string[],
  options: { folder: string; env: Readonly<Record<string, string>>; show: (text: string) => void },
): Promise<CommandEnd> {
  const log = createWriteStream(path.join(options.folder, 'command.log'), { flags: 'a' })
  const child = spawn(file, given, { env: { ...process.env, ...options.env }, stdio: ['inherit', 'pipe', 'pipe'] })
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
  return { ...end, lastLine: tail.trimEnd().split('\n').at(-1) ?? '' }
}
