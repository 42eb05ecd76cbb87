import type { Process } from '../kernel/process.ts'
import { virtualKiB } from '../kernel/oomReport.ts'
import { stateOf } from '../proc/processFiles.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { userName } from './users.ts'

interface Column {
  header: string
  width: number
  right: boolean
  value: (process: Process, viewer: Process) => string
}

const COLUMNS: Record<string, Column> = {
  pid: {
    header: 'PID',
    width: 5,
    right: true,
    value: (process, viewer) => String(process.pidIn(viewer.context.pidNs)),
  },
  ppid: {
    header: 'PPID',
    width: 5,
    right: true,
    value: (process, viewer) => String(process.parent?.pidIn(viewer.context.pidNs) ?? 0),
  },
  pgid: {
    header: 'PGID',
    width: 5,
    right: true,
    value: (process, viewer) => String(process.pidIn(viewer.context.pidNs)),
  },
  sid: {
    header: 'SID',
    width: 5,
    right: true,
    value: (process, viewer) => String(process.pidIn(viewer.context.pidNs)),
  },
  user: {
    header: 'USER',
    width: 8,
    right: false,
    value: (process, viewer) => userName(viewer, process.uid).slice(0, 8),
  },
  group: { header: 'GROUP', width: 8, right: false, value: (process) => String(process.context.gid) },
  comm: { header: 'COMMAND', width: 16, right: false, value: (process) => process.comm },
  args: { header: 'COMMAND', width: 256, right: false, value: commandLine },
  vsz: {
    header: 'VSZ',
    width: 4,
    right: true,
    value: (process) => sized(process.kernelThread ? 0 : virtualKiB(process)),
  },
  rss: { header: 'RSS', width: 4, right: true, value: (process) => sized(Math.round(process.rssKiB())) },
  stat: {
    header: 'STAT',
    width: 4,
    right: false,
    value: (process, viewer) => (process === viewer ? 'R' : stateOf(process)),
  },
  time: { header: 'TIME', width: 5, right: false, value: (process) => clockTime(process.cpuUsec / 1e6) },
  etime: {
    header: 'ELAPSED',
    width: 7,
    right: true,
    value: (process) => clockTime((process.kernel.timers.now() - process.startedAt) / 1000),
  },
  nice: { header: 'NI', width: 5, right: true, value: () => '0' },
  tty: { header: 'TT', width: 6, right: false, value: () => '?' },
}
const ALIASES: Record<string, string> = {
  command: 'args',
  cmd: 'args',
  state: 'stat',
  s: 'stat',
  uid: 'user',
  ucmd: 'comm',
}
const DEFAULT = ['pid', 'user', 'time', 'args']

/**
 * busybox: cmdline, with {comm} before it when the name is not what the first word says; [comm] without a cmdline. A line break or another
 * control character is a space (read_cmdline in libbb/procps.c, 1.36.1).
 */
export function commandLine(process: Process): string {
  if (process.argv.length === 0) return `[${process.comm}]`
  const text = process.argv.join(' ').replace(/[\x00-\x1f]/g, ' ')
  const first = (process.argv[0] as string).replace(/^-/, '').split('/').pop() ?? ''
  return first.startsWith(process.comm.slice(0, 15)) ? text : `{${process.comm}} ${text}`
}

function sized(kib: number): string {
  return kib < 10_000
    ? String(kib)
    : kib < 1_024_000
      ? `${Math.round(kib / 1024)}m`
      : `${(kib / 1024 / 1024).toFixed(1)}g`
}

function clockTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

const HELP = `BusyBox v1.36.1 multi-call binary.

Usage: ps [-o COL1,COL2=HEADER] [-T]

Show list of processes

	-o COL1,COL2=HEADER	Select columns for display
	-T			Show threads
`

export const ps: Applet = async (process, argv) => {
  let given
  try {
    given = options(argv, 'o:aAdeflwTx')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await process.err(`ps: ${error.message}\n${HELP}`)
    return 1
  }
  const names = given.has('o') ? given.all('o').flatMap((list) => list.split(',')) : DEFAULT
  const columns: Column[] = []
  for (const spec of names) {
    const [name = '', header] = spec.split(/=(.*)/s)
    const column = COLUMNS[ALIASES[name] ?? name]
    if (!column) {
      await process.err(`ps: bad -o argument '${name}', supported arguments: ${Object.keys(COLUMNS).join(',')}\n`)
      return 1
    }
    columns.push(header === undefined ? column : { ...column, header })
  }
  const rows = [
    columns
      .map((column, index) => cell(column, column.header, index === columns.length - 1, true))
      .join(' ')
      .trimEnd(),
  ]
  const processes = [...process.context.pidNs.processes].sort(([a], [b]) => a - b)
  for (const [, shown] of processes)
    rows.push(
      columns
        .map((column, index) => cell(column, column.value(shown, process), index === columns.length - 1, false))
        .join(' '),
    )
  await process.out(`${rows.join('\n')}\n`)
  return 0
}

/** Headers stand left, as busybox prints them; the last column has no end. */
function cell(column: Column, text: string, last: boolean, header: boolean): string {
  if (last && !column.right) return text
  return column.right && !header ? text.padStart(column.width) : text.padEnd(column.width)
}

export const pgrep: Applet = async (process, argv) => {
  const found = await matching(process, argv, 'pgrep')
  if (typeof found === 'number') return found
  const { list, given } = found
  const { pidNs } = process.context
  await process.out(
    list
      .map(
        (other) =>
          `${other.pidIn(pidNs)}${given.has('l') ? ` ${other.comm}` : given.has('a') ? ` ${other.argv.join(' ')}` : ''}\n`,
      )
      .join(''),
  )
  return list.length > 0 ? 0 : 1
}

export const pkill: Applet = async (process, argv) => {
  const signal = argv.slice(1).find((word) => /^-(\d+|[A-Z]{2,}\d?)$/.test(word))
  const found = await matching(
    process,
    argv.filter((word) => word !== signal),
    'pkill',
  )
  if (typeof found === 'number') return found
  const { signalName } = await import('../kernel/signals.ts')
  for (const other of found.list) other.signalled(signalName((signal ?? '-TERM').slice(1)) ?? 'TERM')
  return found.list.length > 0 ? 0 : 1
}

async function matching(process: Process, argv: string[], name: string) {
  const given = options(argv, 'vlafxnoP:s:u:')
  const [pattern] = given.rest
  if (pattern === undefined && !given.has('P')) {
    await process.err(`${name}: no pattern\n`)
    return 1
  }
  const expression = new RegExp(given.has('x') ? `^(${pattern ?? ''})$` : (pattern ?? ''))
  const { pidNs } = process.context
  let list = [...pidNs.processes.values()]
    .filter((other) => other !== process)
    .filter((other) => expression.test(given.has('f') ? other.argv.join(' ') : other.comm) !== given.has('v'))
    .sort((a, b) => a.pid - b.pid)
  if (given.has('P')) list = list.filter((other) => String(other.parent?.pidIn(pidNs) ?? 0) === given.get('P'))
  if (given.has('n')) list = list.slice(-1)
  if (given.has('o')) list = list.slice(0, 1)
  return { list, given }
}

export const pidof: Applet = async (process, argv) => {
  const given = options(argv, 'so:')
  const { pidNs } = process.context
  const names = new Set(given.rest.map((name) => name.slice(0, 15)))
  const found = [...pidNs.processes.values()]
    .filter(
      (other) =>
        other !== process && (names.has(other.comm) || names.has((other.argv[0] ?? '').split('/').pop() ?? '')),
    )
    .map((other) => other.pidIn(pidNs))
  if (found.length > 0) await process.out(`${(given.has('s') ? found.slice(0, 1) : found.reverse()).join(' ')}\n`)
  return found.length > 0 ? 0 : 1
}

export const top: Applet = async (process, argv) => {
  const given = options(argv, 'bn:d:mHH')
  const { kernel } = process
  const rounds = given.has('n') ? Number(given.get('n')) : given.has('b') ? Infinity : 1
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await process.sleep(Number(given.get('d') ?? 5) * 1000)
    kernel.cpu.settle()
    const { memory } = kernel
    const used = Math.round(memory.usedKiB() - memory.cacheKiB)
    const busy = Math.min(100, Math.round((100 * kernel.cpu.running) / kernel.online.length))
    const head =
      `Mem: ${used}K used, ${Math.round(memory.freeKiB())}K free, ${Math.round(memory.shmemKiB)}K shrd, ${memory.idle.buffers}K buff, ${Math.round(memory.idle.cached + memory.cacheKiB)}K cached\n` +
      `CPU:  ${String(busy).padStart(3)}% usr   0% sys   0% nic ${String(100 - busy).padStart(3)}% idle   0% io   0% irq   0% sirq\nLoad average: ${kernel.cpu.running}.00 0.00 0.00 ${Math.max(1, kernel.cpu.running)}/${kernel.processes.size} ${process.context.pidNs.lastPid}\n` +
      '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n'
    const rows = [...process.context.pidNs.processes]
      .sort(([a], [b]) => a - b)
      .map(([pid, other]) => {
        const burning = kernel.cpu.isBurning(other)
        return `${String(pid).padStart(5)} ${String(other.parent?.pidIn(process.context.pidNs) ?? 0).padStart(5)} ${userName(process, other.uid).slice(0, 8).padEnd(8)} ${(other === process ? 'R' : stateOf(other)).padEnd(4)} ${sized(virtualKiB(other)).padStart(5)} ${String(Math.round((100 * virtualKiB(other)) / memory.totalKiB)).padStart(3)}%   0 ${String(burning ? Math.round(100 / kernel.online.length) : 0).padStart(3)}% ${commandLine(other)}\n`
      })
    await process.out(head + rows.join(''))
  }
  return 0
}
