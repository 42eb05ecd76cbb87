import { VirtualDirectory, virtualFile, virtualDirectory, symlink } from '../fs/inode.ts'
import type { Directory, Inode, Reader, Symlink } from '../fs/inode.ts'
import type { Location } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { MachineError } from '../machine.ts'
import type { PidNs } from '../kernel/namespaces.ts'
import { INITIAL } from '../kernel/namespaces.ts'
import { mountinfoText, mountsText } from './mountFiles.ts'
import { netDirectory } from './netFiles.ts'
import { limitsText, smapsRollup, statLine, statmLine, statusText } from './processFiles.ts'

/** /proc/PID of a process as the processes of a namespace see it. */
export function pidDirectory(process: Process, namespace: PidNs): Directory {
  const now = process.startedAt
  const file =
    (make: (reader: Reader) => string, mode = 0o444) =>
    () =>
      virtualFile(now, make, undefined, mode)
  const entries: Record<string, () => Inode> = {
    // of no security module (proc_pid_attr(5)); the recorded guest has it: something could be mounted there
    attr: () =>
      virtualDirectory(
        now,
        Object.fromEntries(
          ['current', 'exec', 'fscreate', 'keycreate', 'prev', 'sockcreate'].map((name) => [
            name,
            file(() => '', 0o666),
          ]),
        ),
      ),
    cgroup: file((reader) => cgroupText(process, reader)),
    cmdline: file(() => (process.argv.length === 0 ? '' : `${process.argv.join('\0')}\0`)),
    comm: () =>
      virtualFile(
        now,
        () => `${process.comm}\n`,
        (text) => (process.comm = text.trim().slice(0, 15)),
      ),
    cwd: () => placeLink(now, process, () => process.context.cwd),
    environ: file(
      () =>
        Object.entries(process.context.env)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(''),
      0o400,
    ),
    exe: () => exeLink(now, process),
    fd: () => fdDirectory(now, process),
    limits: file(() => limitsText(process)),
    loginuid: file(() => '4294967295'),
    maps: file(() => `00400000-0058c000 r-xp 00000000 00:1f 12 ${process.exe}\n`),
    mountinfo: file(() => mountinfoText(process.context.mountNs, process.context.root)),
    mounts: file(() => mountsText(process.context.mountNs, process.context.root)),
    net: () => netDirectory(process.context.netNs, now),
    ns: () => namespaceDirectory(now, process),
    oom_adj: file(() => `${Math.round((process.oomScoreAdj * 17) / 1000)}\n`),
    oom_score: file(() => `${Math.max(0, 667 + Math.round(process.oomScoreAdj * 0.67))}\n`),
    oom_score_adj: () =>
      virtualFile(
        now,
        () => `${process.oomScoreAdj}\n`,
        (text) => (process.context.oomScoreAdj = Number(text)),
      ),
    root: () => placeLink(now, process, () => process.context.root || '/'),
    sessionid: file(() => '4294967295'),
    smaps_rollup: file(() => smapsRollup(process)),
    stat: file(() => statLine(process, namespace)),
    statm: file(() => statmLine(process)),
    status: file(() => statusText(process, namespace)),
    task: () =>
      new VirtualDirectory(
        now,
        () => [String(process.pidIn(namespace))],
        (name) => (name === String(process.pidIn(namespace)) ? pidDirectory(process, namespace) : undefined),
      ),
    wchan: file(() => (process.kernel.cpu.isBurning(process) ? '0' : 'do_wait')),
  }
  const directory = virtualDirectory(now, entries)
  directory.links = 9
  directory.uid = process.uid
  directory.gid = process.context.gid
  return directory
}

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
  return { ...symlink(target, now), jump }
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
