import type { Process } from '../kernel/process.ts'
import { SIGNALS, signalName } from '../kernel/signals.ts'

/** kill as built into ash: pids of this namespace, %jobs, -1 for all, 0 for its own group. */
export async function killCommand(process: Process, argv: string[], jobs: Process[] = []): Promise<number> {
  const args = argv.slice(1)
  let signal = 'TERM'
  if (args[0] === '-l') return list(process, args[1])
  if (args[0] === '-s' || args[0] === '-n') {
    args.shift()
    args.unshift(`-${args.shift() ?? ''}`)
  }
  if (/^-[A-Za-z0-9]+$/.test(args[0] ?? '') && args.length > 0 && args[0] !== '-1')
    signal = (args.shift() as string).slice(1)
  else if (args[0] === '-1' && args.length > 1) signal = (args.shift() as string).slice(1)
  if (args[0] === '--') args.shift()
  const name = signal === '0' ? '0' : signalName(signal)
  if (!name) {
    await process.err(`${argv[0]}: bad signal name '${signal}'\n`)
    return 1
  }
  if (args.length === 0) {
    await process.err(`${argv[0]}: you need to specify whom to kill\n`)
    return 1
  }
  let status = 0
  for (const target of args) {
    const found = targets(process, target, jobs)
    if (found === null) {
      await process.err(`sh: ${argv[0]}: invalid number '${target}'\n`)
      status = 1
    } else if (found.length === 0 && process.kernel.spec.reaches?.signal?.(Number(target), name)) {
      continue
    } else if (found.length === 0) {
      await process.err(`sh: can't kill pid ${target}: No such process\n`)
      status = 1
    }
    for (const victim of found ?? []) {
      if (!mayKill(process, victim)) {
        await process.err(`sh: can't kill pid ${target}: Operation not permitted\n`)
        status = 1
      } else if (name !== '0') victim.signalled(name)
    }
  }
  process.check()
  return status
}

export function mayKill(process: Process, victim: Process): boolean {
  return process.uid === victim.uid || process.can(5)
}

function targets(process: Process, target: string, jobs: Process[]): Process[] | null {
  const { pidNs } = process.context
  if (target.startsWith('%')) {
    const job = jobs[Number(target.slice(1)) - 1]
    return job && !job.dead ? [job] : []
  }
  if (!/^-?\d+$/.test(target)) return null
  const pid = Number(target)
  if (pid === -1) return [...pidNs.processes.values()].filter((other) => other !== process && other.ownPid !== 1)
  if (pid === 0) return [process]
  const found = pidNs.processes.get(Math.abs(pid))
  return found ? [found] : []
}

async function list(process: Process, which: string | undefined): Promise<number> {
  if (which === undefined)
    await process.out(
      Object.entries(SIGNALS)
        .map(([name, number]) => `${String(number).padStart(2)}) ${name}\n`)
        .join(''),
    )
  else {
    const number = Number(which)
    await process.out(
      `${Number.isNaN(number) ? (SIGNALS[signalName(which) ?? ''] ?? '') : (signalName(String(number > 128 ? number - 128 : number)) ?? '')}\n`,
    )
  }
  return 0
}
