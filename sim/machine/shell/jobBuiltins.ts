import { Interrupted } from '../kernel/blockedCalls.ts'
import type { Process } from '../kernel/process.ts'
import { SIGNALS, signalName, signalNumber } from '../kernel/signals.ts'
import { written } from './builtins.ts'
import type { Shell } from './shell.ts'

export async function trap(shell: Shell, argv: string[]): Promise<number> {
  const args = argv.slice(1)
  if (args[0] === '--') args.shift()
  if (args.length === 0 || args[0] === '-p') {
    return written(shell, [...shell.traps].map(([signal, action]) => `trap -- '${action}' ${signal}\n`).join(''))
  }
  if (args[0] === '-l') return written(shell, `${Object.keys(SIGNALS).join('\n')}\n`)
  const reset = args.length === 1 || args[0] === '-' || /^\d+$/.test(args[0] as string)
  const action = args.length === 1 || (reset && args[0] !== '-') ? '-' : (args.shift() as string)
  for (const text of args) {
    const signal = text === '0' || text.toUpperCase() === 'EXIT' ? 'EXIT' : signalName(text)
    if (!signal) {
      shell.complain(`trap: ${text}: invalid signal specification`)
      return 1
    }
    setTrap(shell, signal, action)
  }
  return 0
}

function setTrap(shell: Shell, signal: string, action: string): void {
  const { handlers } = shell.process
  if (action === '-') {
    shell.traps.delete(signal)
    handlers.delete(signal)
    return
  }
  shell.traps.set(signal, action)
  if (signal === 'EXIT') return
  if (action === '') handlers.set(signal, 'ignore')
  else
    handlers.set(signal, () => {
      shell.pending.push(signal)
      shell.process.interrupt()
    })
}

export async function wait(shell: Shell, argv: string[]): Promise<number> {
  const wanted = argv.slice(1)
  const all = wanted.length === 0
  const targets = all ? shell.jobs.slice() : wanted.map((text) => jobOf(shell, text))
  let status = 0
  for (const job of targets) {
    if (!job) {
      status = 127
      continue
    }
    try {
      if (!job.dead) await shell.process.block<void>((resolve) => job.onExit(() => resolve(undefined)), true)
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      return 128 + signalNumber(shell.pending[0] ?? 'TERM')
    }
    shell.jobs.splice(shell.jobs.indexOf(job), 1)
    status = all ? 0 : job.status
  }
  return status
}

function jobOf(shell: Shell, text: string): Process | undefined {
  if (text.startsWith('%'))
    return shell.jobs[text === '%%' || text === '%+' ? shell.jobs.length - 1 : Number(text.slice(1)) - 1]
  return shell.jobs.find((job) => String(job.ownPid) === text)
}

export async function jobs(shell: Shell): Promise<number> {
  const live = shell.jobs.filter((job) => !job.dead)
  return written(
    shell,
    live
      .map(
        (job, index) =>
          `[${index + 1}]${index === live.length - 1 ? '+' : '-'}  Running                    ${job.argv.join(' ')}\n`,
      )
      .join(''),
  )
}
