import { MachineError } from '../machineError.ts'
import { find, place } from '../fs/files.ts'
import { MemoryDirectory } from '../fs/memoryDirectory.ts'
import { mountsText } from '../proc/mountFiles.ts'
import { procRoot } from '../proc/procFs.ts'
import { cgroupRoot } from '../sys/cgroupFs.ts'
import { sysRoot } from '../sys/sysFs.ts'
import type { Directory } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { become, startCommand } from './basic.ts'
import { losetup } from './losetup.ts'

const SYS_ADMIN = 21
const SYS_CHROOT = 18

const mount: Applet = async (process, argv) => {
  const given = options(argv, 'arwnvfiBo:t:T:', { bind: 'B', rbind: 'B' })
  if (given.rest.length === 0 && !given.has('a')) {
    const text = mountsText(process.context.mountNs, process.context.root)
    await process.out(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [source, point, type, flags] = line.split(' ')
          return `${source} on ${point} type ${type} (${flags})\n`
        })
        .join(''),
    )
    return 0
  }
  const [source = '', target = given.rest[0] ?? ''] = given.rest
  const fail = async (message: string, status = 1) => {
    await process.err(`mount: ${message}\n`)
    return status
  }
  if (!process.can(SYS_ADMIN))
    return fail(process.uid === 0 ? `permission denied (are you root?)` : 'must be superuser', 1)
  const flags = (given.get('o') ?? '').split(',').filter((flag) => flag !== '')
  if (given.has('B')) flags.push('bind')
  try {
    addMount(process, source, target, given.get('t') ?? 'auto', flags, given.has('r'))
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return fail(`mounting ${source} on ${target} failed: ${error.message}`, 255)
  }
}

function addMount(
  process: Process,
  source: string,
  target: string,
  type: string,
  flags: string[],
  readonlyFlag: boolean,
): void {
  const { kernel, context } = process
  const at = find(process, target)
  const readonly = readonlyFlag || flags.includes('ro')
  const common = { id: kernel.takeMountId(), parent: at.mount.id, point: at.path, source, readonly, live: null }
  const shown = (rest: string) => `${readonly ? 'ro' : 'rw'},relatime${rest}`
  if (flags.includes('remount')) {
    at.mount.readonly = readonly
    at.mount.options = at.mount.options.replace(/^r[wo]/, readonly ? 'ro' : 'rw')
    return
  }
  if (flags.includes('bind') || flags.includes('rbind')) {
    const from = find(process, source)
    context.mountNs.add({
      ...common,
      source: from.mount.source,
      root: from.inode,
      rootPath: from.path,
      fs: from.fs,
      options: from.mount.options,
      live: from.mount.live,
    })
    return
  }
  const roots: Record<string, () => Directory> = {
    tmpfs: () => {
      const root = new MemoryDirectory(0o1777, kernel.now())
      root.size = 40
      return root
    },
    bpf: () => new MemoryDirectory(0o1777, kernel.now()),
    proc: () => procRoot(kernel, context.pidNs),
    sysfs: () => sysRoot(kernel, context.netNs),
    cgroup2: () => cgroupRoot(kernel, context.cgroupRoot),
  }
  const root = roots[type]
  if (!root) {
    if (find(process, source).inode.kind !== 'blockDevice') throw new MachineError('ENOTBLK', 'Block device required')
    throw new MachineError('EINVAL', 'Invalid argument')
  }
  const size = /^size=(\d+)([kmg]?)$/i.exec(flags.find((flag) => flag.startsWith('size=')) ?? '')
  const sizeBytes = size
    ? Number(size[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(size[2] ?? '').toLowerCase() as '']
    : null
  const rest = sizeBytes === null ? '' : `,size=${sizeBytes / 1024}k`
  context.mountNs.add({
    ...common,
    root: root(),
    rootPath: '/',
    fs: kernel.fileSystem(type, { inMemory: type === 'tmpfs', sizeBytes }),
    options: shown(rest),
  })
}

const umount: Applet = async (process, argv) => {
  const given = options(argv, 'flrnad')
  let status = 0
  for (const path of given.rest) {
    let why = process.can(SYS_ADMIN) ? '' : 'Operation not permitted'
    try {
      const at = find(process, path)
      if (why === '' && !process.context.mountNs.remove(at.path)) why = 'Invalid argument'
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      why ||= error.message
    }
    if (why === '') continue
    status = 1
    await process.err(`umount: can't unmount ${path}: ${why}\n`)
  }
  return status
}

const chroot: Applet = async (process, argv) => {
  const given = options(argv, '+')
  const [path, ...command] = given.rest
  if (path === undefined) throw new UsageError('')
  if (!process.can(SYS_CHROOT))
    return refuse(process, `chroot: can't change root directory to '${path}': Operation not permitted`)
  try {
    const at = find(process, path)
    process.context.root = at.path === '/' ? '' : at.path
    process.context.cwd = '/'
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return refuse(process, `chroot: can't change root directory to '${path}': ${error.message}`)
  }
  return become(process, 'chroot', command.length > 0 ? command : [process.context.env.SHELL ?? '/bin/sh', '-i'])
}

async function refuse(process: Process, message: string): Promise<number> {
  await process.err(`${message}\n`)
  return 1
}

const nsenter: Applet = async (process, argv) => {
  const flags = argv.slice(1)
  const kinds = new Set<string>()
  let target: number | null = null
  let netFile: string | null = null
  while (flags[0]?.startsWith('-')) {
    const word = flags.shift() as string
    if (word === '--') break
    const long = /^--(\w+)(?:=(.*))?$/.exec(word)
    if (long?.[1] === 'target') target = Number(long[2] ?? flags.shift())
    else if (long?.[1] === 'net' && long[2] !== undefined) netFile = long[2]
    else if (long)
      kinds.add({ mount: 'm', uts: 'u', ipc: 'i', net: 'n', pid: 'p', cgroup: 'C', all: 'a' }[long[1] as 'mount'] ?? '')
    else
      for (const [index, letter] of [...word.slice(1)].entries()) {
        if (letter !== 't') kinds.add(letter)
        else {
          target = Number(word.slice(index + 2) || flags.shift())
          break
        }
      }
  }
  if (netFile !== null) return enterNet(process, netFile, flags)
  const other = process.context.pidNs.processes.get(target ?? -1)
  if (!other)
    return refuse(
      process,
      `nsenter: can't open '/proc/${target}/ns/${kinds.has('m') ? 'mnt' : 'net'}': No such file or directory`,
    )
  if (!process.can(SYS_ADMIN))
    return refuse(process, "nsenter: setns(): can't reassociate to namespace: Operation not permitted")
  const has = (letter: string) => kinds.has(letter) || kinds.has('a')
  const context = other.context
  if (has('u')) process.context.utsNs = context.utsNs
  if (has('i')) process.context.ipcNs = context.ipcNs
  if (has('n')) process.context.netNs = context.netNs
  if (has('m')) Object.assign(process.context, { mountNs: context.mountNs, root: context.root, cwd: '/' })
  const command = flags.length > 0 ? flags : ['/bin/sh']
  if (!has('p')) return become(process, 'nsenter', command)
  process.context.pidNs = context.pidNs
  const child = startCommand(process, command)
  if (typeof child === 'number')
    return refuse(process, `nsenter: can't execute '${command[0]}': No such file or directory`).then(() => child)
  await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
  return child.status
}

/** `nsenter --net=FILE`: a process's own (/proc/PID/ns/net), or one that a file keeps. */
async function enterNet(process: Process, file: string, command: string[]): Promise<number> {
  const pid = /^\/proc\/(\d+)\/ns\/net$/.exec(file)?.[1]
  const found = pid === undefined ? place(process, file) : null
  const netNs =
    pid === undefined
      ? found?.inode && process.kernel.netNsFiles.get(found.inode)
      : process.context.pidNs.processes.get(Number(pid))?.context.netNs
  if (!netNs) return refuse(process, `nsenter: can't open '${file}': No such file or directory`)
  if (!process.can(SYS_ADMIN))
    return refuse(process, "nsenter: setns(): can't reassociate to namespace: Operation not permitted")
  process.context.netNs = netNs
  return become(process, 'nsenter', command.length > 0 ? command : ['/bin/sh'])
}

export const MOUNTING: Record<string, Applet> = {
  mount,
  umount,
  chroot,
  nsenter,
  losetup,
  unshare: async (process, argv) => {
    if (!process.can(SYS_ADMIN)) return refuse(process, 'unshare: unshare(0x0): Operation not permitted')
    return become(
      process,
      'unshare',
      argv.slice(1).filter((word) => !word.startsWith('-')).length > 0
        ? argv.slice(1).filter((word) => !word.startsWith('-'))
        : ['/bin/sh'],
    )
  },
  swapoff: () => 0,
  blkid: () => 2,
  lsblk: async (process) => {
    await process.out('NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\n')
    for (const disk of process.kernel.disks)
      await process.out(
        `${disk.spec.name} ${disk.spec.major}:${disk.spec.minor} 0 ${disk.sizeBytes} ${disk.readonly ? 1 : 0} disk\n`,
      )
    return 0
  },
}
