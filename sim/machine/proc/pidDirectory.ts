import { virtualFile, symlink } from '../fs/inode.ts'
import { VirtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory, Inode, Reader, Symlink } from '../fs/inode.ts'
import type { Location } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { MachineError } from '../machineError.ts'
import type { PidNs } from '../kernel/namespaces.ts'
import { INITIAL } from '../kernel/namespaces.ts'
import { mountinfoText, mountsText } from './mountFiles.ts'
import { netDirectory } from './netFiles.ts'
import { limitsText, smapsRollup, statLine, statmLine, statusText } from './processFiles.ts'
import { securityAttributes } from './securityAttributes.ts'

/** /proc/PID of a process as the processes of a namespace see it. */
export function pidDirectory(process: Process, namespace: PidNs): Directory {
  return new PidDirectory(process, namespace)
}

/** Made anew on each look, of which a list of processes has thousands: nothing is made but the entry that is asked for. */
class PidDirectory implements Directory {
  readonly kind = 'directory'
  mode = 0o555
  uid: number
  gid: number
  mtime: number
  size = 0
  links = 9
  readonly process: Process
  readonly namespace: PidNs

  constructor(process: Process, namespace: PidNs) {
    this.process = process
    this.namespace = namespace
    this.mtime = process.startedAt
    this.uid = process.uid
    this.gid = process.context.gid
  }

  lookup(name: string): Inode | undefined {
    return ENTRIES.get(name)?.(this.process, this.namespace, this.mtime)
  }

  names(): string[] {
    return [...ENTRIES.keys()]
  }
}

type Entry = (process: Process, namespace: PidNs, now: number) => Inode

const file =
  (make: (process: Process, namespace: PidNs, reader: Reader) => string, mode = 0o444): Entry =>
  (process, namespace, now) =>
    virtualFile(now, (reader) => make(process, namespace, reader), undefined, mode)

const ENTRIES = new Map<string, Entry>([
  ['attr', (process, _, now) => securityAttributes(process, now)],
  ['cgroup', file((process, _, reader) => cgroupText(process, reader))],
  ['cmdline', file(({ argv }) => (argv.length === 0 ? '' : `${argv.join('\0')}\0`))],
  [
    'comm',
    (process, _, now) =>
      virtualFile(
        now,
        () => `${process.comm}\n`,
        (text) => (process.comm = text.trim().slice(0, 15)),
      ),
  ],
  ['cwd', (process, _, now) => placeLink(now, process, () => process.context.cwd)],
  [
    'environ',
    file(
      ({ context }) =>
        Object.entries(context.env)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(''),
      0o400,
    ),
  ],
  ['exe', (process, _, now) => exeLink(now, process)],
  ['fd', (process, _, now) => fdDirectory(now, process)],
  ['limits', file((process) => limitsText(process))],
  ['loginuid', file(() => '4294967295')],
  ['maps', file(({ exe }) => `00400000-0058c000 r-xp 00000000 00:1f 12 ${exe}\n`)],
  ['mountinfo', file(({ context }) => mountinfoText(context.mountNs, context.root))],
  ['mounts', file(({ context }) => mountsText(context.mountNs, context.root))],
  ['net', ({ context }, _, now) => netDirectory(context.netNs, now)],
  ['ns', (process, _, now) => namespaceDirectory(now, process)],
  ['oom_adj', file(({ oomScoreAdj }) => `${Math.round((oomScoreAdj * 17) / 1000)}\n`)],
  ['oom_score', file(({ oomScoreAdj }) => `${Math.max(0, 667 + Math.round(oomScoreAdj * 0.67))}\n`)],
  [
    'oom_score_adj',
    (process, _, now) =>
      virtualFile(
        now,
        () => `${process.oomScoreAdj}\n`,
        (text) => (process.context.oomScoreAdj = Number(text)),
      ),
  ],
  ['root', (process, _, now) => placeLink(now, process, () => process.context.root || '/')],
  ['sessionid', file(() => '4294967295')],
  ['smaps_rollup', file((process) => smapsRollup(process))],
  ['stat', file((process, namespace) => statLine(process, namespace))],
  ['statm', file((process) => statmLine(process))],
  ['status', file((process, namespace) => statusText(process, namespace))],
  [
    'task',
    (process, namespace, now) =>
      new VirtualDirectory(
        now,
        () => [String(process.pidIn(namespace))],
        (name) => (name === String(process.pidIn(namespace)) ? pidDirectory(process, namespace) : undefined),
      ),
  ],
  ['wchan', file((process) => (process.kernel.cpu.isBurning(process) ? '0' : 'do_wait'))],
])

const SYS_PTRACE = 19

/**
 * Whether one process may look into another (ptrace_may_access): its own user's with no more capabilities than its own, or any with
 * CAP_SYS_PTRACE. The kernel's own reader may all.
 */
function mayTrace(reader: Reader, { context }: Process): boolean {
  if (reader === null || reader.can(SYS_PTRACE)) return true
  return reader.uid === context.uid && (context.capabilities & ~reader.context.capabilities) === 0n
}

function cgroupText(process: Process, reader: Reader): string {
  const root = reader?.context.cgroupRoot ?? process.kernel.rootCgroup
  const path = process.cgroup.pathFrom(root)
  if (process.kernel.spec.cgroupVersion === 2) return `0::${path}\n`
  const names = [
    'pids',
    'hugetlb',
    'net_cls,net_prio',
    'perf_event',
    'freezer',
    'devices',
    'memory',
    'blkio',
    'cpu,cpuacct',
    'cpuset',
    'name=systemd',
  ]
  return names.map((name, index) => `${names.length - index}:${name}:${path}\n`).join('')
}

function jumpLink(
  now: number,
  target: string | ((reader: Reader) => string),
  jump: (reader: Reader) => Location | null,
): Symlink {
  const link = symlink(target, now)
  link.jump = jump
  return link
}

function placeLink(now: number, process: Process, path: () => string): Symlink {
  return jumpLink(now, path, () => resolveIn(process, path()))
}

function exeLink(now: number, process: Process): Symlink {
  return jumpLink(now, process.exe, () => (process.exe === '' ? null : resolveIn(process, process.exe)))
}

function resolveIn(process: Process, path: string): Location | null {
  const found = process.context.mountNs.resolve(path, process, { root: '' })
  return found.inode ? found : null
}

function fdDirectory(now: number, process: Process): Directory {
  const extra = process.model?.spec.fds ?? []
  const describe = (fd: number) =>
    process.fds.get(fd)?.describe() ??
    (process.model ? (extra[fd - 3] ?? (fd < 3 ? '/dev/null' : undefined)) : undefined)
  const names = () =>
    (process.model
      ? [0, 1, 2, ...extra.map((_, index) => index + 3)]
      : [...process.fds.keys()].sort((a, b) => a - b)
    ).map(String)
  return new VirtualDirectory(
    now,
    names,
    (name) => {
      const target = describe(Number(name))
      if (target === undefined) return undefined
      return { ...symlink(target, now), mode: 0o700, open: () => process.fds.get(Number(name)) ?? null }
    },
    0o500,
  )
}

function namespaceDirectory(now: number, process: Process): Directory {
  const { context, kernel } = process
  const cgroup =
    context.cgroupRoot === kernel.rootCgroup ? INITIAL.cgroup : INITIAL.cgroup + context.cgroupRoot.createdNumber
  const ids: [string, string, string][] = [
    ['cgroup', 'cgroup', String(cgroup)],
    ['ipc', 'ipc', context.ipcNs.id],
    ['mnt', 'mnt', String(context.mountNs.id)],
    ['net', 'net', context.netNs.id],
    ['pid', 'pid', context.pidNs.id],
    ['pid_for_children', 'pid', context.pidNs.id],
    ...((kernel.distribution
      ? [
          ['time', 'time', String(INITIAL.time)],
          ['time_for_children', 'time', String(INITIAL.time)],
        ]
      : []) as [string, string, string][]),
    ['user', 'user', String(INITIAL.user)],
    ['uts', 'uts', context.utsNs.id],
  ]
  return new VirtualDirectory(
    now,
    () => ids.map(([name]) => name),
    (name) => {
      const found = ids.find(([file]) => file === name)
      if (!found) return undefined
      const target = (reader: Reader) => {
        if (!mayTrace(reader, process)) throw new MachineError('EACCES', 'Permission denied')
        return `${found[1]}:[${found[2]}]`
      }
      return { ...symlink(target, now), jump: () => null }
    },
    0o511,
  )
}
