import { MachineError } from '../machineError.ts'
import { availableKiB } from '../proc/meminfo.ts'
import { upSeconds } from '../proc/statistics.ts'
import type { Process } from '../kernel/process.ts'
import { options } from './applet.ts'
import type { Applet } from './applet.ts'
import { groupName, userName } from './users.ts'
import { date, strftime } from './date.ts'

const SYSLOG = 34
const SYS_ADMIN = 21

const uname: Applet = async (process, argv) => {
  const given = options(argv, 'amnrspvio')
  const { release, version } = process.kernel.spec.kernel
  const all = given.has('a')
  const none = argv.length === 1
  const parts: [string, string][] = [
    ['s', 'Linux'],
    ['n', process.context.utsNs.hostname],
    ['r', release],
    ['v', version],
    ['m', 'x86_64'],
    ['p', 'unknown'],
    ['i', 'unknown'],
    ['o', 'GNU/Linux'],
  ]
  const shown = parts.filter(([letter, text]) =>
    all ? text !== 'unknown' : given.has(letter) || (none && letter === 's'),
  )
  await process.out(`${shown.map(([, text]) => text).join(' ')}\n`)
  return 0
}

/** sched_getaffinity: the online CPUs. */
const nproc: Applet = async (process, argv) => {
  const given = options(argv, 'ai:', { all: 'a', ignore: 'i' })
  const count = given.has('a') ? process.kernel.spec.possibleCpus : process.kernel.online.length
  await process.out(`${Math.max(1, count - Number(given.get('i') ?? 0))}\n`)
  return 0
}

/** busybox 1.36 free: used is what is neither free nor cache nor buffers nor reclaimable slab. */
const free: Applet = async (process, argv) => {
  const given = options(argv, 'bkmgh')
  const { memory, spec } = process.kernel
  const shown = spec.shows?.meminfo?.()
  const unit = given.has('b') ? 1 / 1024 : given.has('m') ? 1024 : given.has('g') ? 1024 ** 2 : 1
  const total = shown?.MemTotal ?? memory.totalKiB
  const freeKiB = shown?.MemFree ?? memory.freeKiB()
  const cache =
    memory.idle.buffers + memory.idle.cached + memory.cacheKiB + memory.shmemKiB + memory.idle.slabReclaimable
  const shared = memory.shmemKiB + (process.kernel.distribution ? 8912 : 16)
  const figures = [
    total,
    Math.max(0, total - freeKiB - cache),
    freeKiB,
    shared,
    cache,
    shown?.MemAvailable ?? availableKiB(process.kernel),
  ]
  const cell = (kib: number) => (given.has('h') ? human(kib * 1024) : String(Math.round(kib / unit))).padStart(12)
  const row = (name: string, values: number[]) => `${name.padEnd(7)}${values.map(cell).join('')}\n`
  await process.out(
    `              total        used        free      shared  buff/cache   available\n${row('Mem:', figures)}${row('Swap:', [0, 0, 0])}`,
  )
  return 0
}

export function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T']
  let value = bytes
  let at = 0
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024
    at++
  }
  return at === 0 ? String(Math.round(value)) : `${value.toFixed(1)}${units[at]}`
}

const id: Applet = async (process, argv) => {
  const given = options(argv, 'ugGnr')
  const { uid, gid, groups } = process.context
  const named = (name: string, number: number) => (name === String(number) ? String(number) : `${number}(${name})`)
  const all = [...new Set([gid, ...groups])]
  if (given.has('u')) await process.out(`${given.has('n') ? userName(process, uid) : uid}\n`)
  else if (given.has('g')) await process.out(`${given.has('n') ? groupName(process, gid) : gid}\n`)
  else if (given.has('G'))
    await process.out(`${all.map((group) => (given.has('n') ? groupName(process, group) : group)).join(' ')}\n`)
  else {
    const list = all.map((group) => named(groupName(process, group), group)).join(',')
    await process.out(
      `uid=${named(userName(process, uid), uid)} gid=${named(groupName(process, gid), gid)} groups=${list}\n`,
    )
  }
  return 0
}

const hostname: Applet = async (process, argv) => {
  const given = options(argv, 'idfsF:')
  if (given.rest[0] !== undefined) {
    if (!process.can(SYS_ADMIN)) {
      await process.err('hostname: sethostname: Operation not permitted\n')
      return 1
    }
    process.context.utsNs.hostname = given.rest[0]
    return 0
  }
  if (given.has('i')) {
    const address = process.context.netNs.interfaces
      .flatMap((device) => (device.name === 'lo' ? [] : device.addresses))
      .find((text) => text.includes('.'))
    await process.out(`${address?.split('/')[0] ?? '127.0.0.1'}\n`)
  } else
    await process.out(
      `${given.has('s') ? process.context.utsNs.hostname.split('.')[0] : process.context.utsNs.hostname}\n`,
    )
  return 0
}

const dmesg: Applet = async (process, argv) => {
  const given = options(argv, 'cn:s:rT')
  const restricted =
    process.kernel.sysctls.read('kernel/dmesg_restrict', process) === '1' || process.kernel.distribution
  if (restricted && !process.can(SYSLOG) && !process.can(SYS_ADMIN)) {
    await process.err('dmesg: klogctl: Operation not permitted\n')
    return 1
  }
  const all = process.kernel.spec.shows?.kernelLog?.() ?? process.kernel.log_.lines()
  await process.out(all.map((line) => `${line}\n`).join(''))
  if (given.has('c')) process.kernel.log_.entries.length = 0
  return 0
}

const uptimeApplet: Applet = async (process) => {
  const up = upSeconds(process.kernel)
  const minutes = Math.floor(up / 60)
  const length =
    minutes >= 60
      ? `${String(Math.floor(minutes / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')}`
      : `${minutes} min`
  const load = process.kernel.cpu.running.toFixed(2)
  await process.out(
    ` ${strftime('%H:%M:%S', process.kernel.now())} up ${length},  load average: ${load}, ${load}, ${load}\n`,
  )
  return 0
}

const sysctl: Applet = async (process, argv) => {
  const given = options(argv, 'neqawp:r')
  const names = given.has('a') ? process.kernel.sysctls.names().sort() : given.rest
  let status = 0
  for (const text of names) {
    const [name = '', value] = text.split(/=(.*)/s)
    const path = name.trim().replaceAll('.', '/')
    try {
      if (value !== undefined) await writeFile(process, `/proc/sys/${path}`, value.trim())
      const shown = process.kernel.sysctls.read(path, process)
      if (shown === undefined) throw new MachineError('ENOENT', 'No such file or directory')
      if (!given.has('q'))
        await process.out(given.has('n') ? `${shown}\n` : `${path.replaceAll('/', '.')} = ${shown}\n`)
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      status = 1
      if (!given.has('e'))
        await process.err(
          `sysctl: error ${value === undefined ? 'reading' : 'setting'} key '${path.replaceAll('/', '.')}': ${error.message}\n`,
        )
    }
  }
  return status
}

async function writeFile(process: Process, path: string, text: string): Promise<void> {
  const { openFile } = await import('../fs/files.ts')
  await openFile(process, path, { write: true }).write(Buffer.from(`${text}\n`))
}

const say =
  (text: (process: Process) => string): Applet =>
  async (process) => {
    await process.out(`${text(process)}\n`)
    return 0
  }

export const SYSTEM: Record<string, Applet> = {
  uname,
  nproc,
  free,
  id,
  hostname,
  dmesg,
  date,
  sysctl,
  uptime: uptimeApplet,
  arch: say(() => 'x86_64'),
  hostid: say(() => '007f0100'),
  whoami: say((process) => userName(process, process.uid)),
  groups: say((process) => groupName(process, process.context.gid)),
  tty: async (process) => {
    const terminal = process.fds.get(0)?.tty === true
    await process.out(terminal ? '/dev/pts/0\n' : 'not a tty\n')
    return terminal ? 0 : 1
  },
  stty: async (process, argv) => {
    const size = process.fds.get(0)?.tty === true ? process.kernel.terminalSize : null
    if (!size) {
      await process.err('stty: standard input: Inappropriate ioctl for device\n')
      return 1
    }
    if (argv[1] === 'size') await process.out(`${size.rows} ${size.columns}\n`)
    return 0
  },
  lsmod: async (process) => {
    const { modules } = process.kernel.spec
    if (modules === undefined) {
      await process.err("lsmod: can't open '/proc/modules': No such file or directory\n")
      return 1
    }
    const rows = modules
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => row.split(' '))
    await process.out(
      `Module                  Size  Used by    ${rows.map(([name = '', size = '', used = '', by = '-']) => `\n${name.padEnd(20)} ${size.padStart(7)} ${used.padStart(2)} ${by === '-' ? '' : by.replace(/,$/, '')}`).join('')}\n`,
    )
    return 0
  },
  sync: () => 0,
}
