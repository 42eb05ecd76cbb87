import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { execute } from './testCluster.ts'

// What a cluster could leave on the machine. Processes and namespaces are told apart by the cluster's cgroup while it
// runs, so that whatever else the machine does is no part of it.

/** USER_HZ, which is 100 wherever Linux runs on x86-64; see proc(5). */
const TICKS_PER_SECOND = 100
const sysctls = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/ip_forward',
]
const folders = [
  ...['/var/lib/containerd', '/var/lib/kubelet', '/var/lib/cni', '/run/containerd', '/etc/cni', '/etc/containerd'],
  ...['/etc/kubernetes', '/opt/cni', '/opt/test-cluster', '/run/kubelet.pid', '/var/log/pods', '/var/log/containers'],
]

export interface MachineState {
  mounts: string[]
  cgroups: string[]
  links: string
  rules: string
  sysctls: Record<string, string>
  present: string[]
}

/** All that a cluster of this id could leave where other processes see it. `packages`: a node's, for its nft. */
export async function machineState(id: string, packages: string): Promise<MachineState> {
  const links = await execute('ip', ['-o', 'address'])
  const libraries = { LD_LIBRARY_PATH: `${packages}/usr/lib/x86_64-linux-gnu` }
  const rules = await execute(`${packages}/usr/sbin/nft`, ['list', 'ruleset'], { ...process.env, ...libraries })
  for (const { code, stderr } of [links, rules]) if (code !== 0) throw new Error(stderr)
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(id)),
    cgroups: cgroupsOf(id),
    links: links.stdout.replaceAll(/(valid_lft|preferred_lft) \d+sec/g, ''),
    rules: rules.stdout,
    sysctls: Object.fromEntries(sysctls.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()])),
    present: [...folders, `/var/lib/${id}`].filter((folder) => existsSync(folder)),
  }
}

const cgroupsOf = (id: string) =>
  readdirSync('/sys/fs/cgroup')
    .map((hierarchy) => `/sys/fs/cgroup/${hierarchy}/${id}`)
    .filter((folder) => existsSync(folder))

export interface Inhabitants {
  /** `pid:start time`, which no other process will ever have. */
  processes: Set<string>
  /** Such as `net:[4026532345]`, without those of this process. The kernel gives such a number again once it is free. */
  namespaces: Set<string>
  /** When this was read, in clock ticks since boot. */
  at: number
}

/** All processes in the cgroup of this id, and the namespaces that they are in. */
export function inhabitants(id: string): Inhabitants {
  const pids = cgroupsOf(id).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file === 'cgroup.procs' || file.endsWith('/cgroup.procs'))
      .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').trim().split('\n')),
  )
  const found = [...new Set(pids)].filter((pid) => pid !== '')
  const own = new Set(namespacesOf('self'))
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return {
    at: Math.ceil(uptime * TICKS_PER_SECOND),
    processes: new Set(found.flatMap((pid) => identity(pid))),
    namespaces: new Set(found.flatMap((pid) => namespacesOf(pid)).filter((namespace) => !own.has(namespace))),
  }
}

/** Which of them still live, anywhere on the machine: a process by its identity or, started before, by its namespaces. */
export function survivors({ processes, namespaces, at }: Inhabitants): string[] {
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => identity(pid))
  const old = living.filter((one) => Number(one.split(':')[1]) <= at)
  const inside = (one: string) => namespacesOf(one.split(':')[0] ?? '').filter((namespace) => namespaces.has(namespace))
  return [
    ...living.filter((one) => processes.has(one)),
    ...old.flatMap((one) => inside(one).map((namespace) => `process ${one} in ${namespace}`)),
  ]
}

/** Which of the namespaces a mount still holds. */
export function heldNamespaces({ namespaces }: Inhabitants): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  return [...namespaces].filter((namespace) => mounts.includes(namespace))
}

/** `pid:start time`; nothing when it has ended, also where its parent has not noticed. */
export function identity(pid: string | number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in brackets, may hold anything; the start time is field 22, see proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? [] : [`${pid}:${fields[19]}`]
  } catch {
    return []
  }
}

function namespacesOf(pid: string): string[] {
  return ['net', 'mnt', 'pid', 'ipc', 'uts', 'cgroup'].flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)]
    } catch {
      return []
    }
  })
}

/** The process that keeps a server alive in this node: a script, and not process 1 of its namespaces. */
export function supervisorOf(id: string, node: string): number {
  const pids = readFileSync(`/sys/fs/cgroup/memory/${id}/${node}/cgroup.procs`, 'utf8').trim().split('\n')
  const found = pids.find((pid) => {
    const inner = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.sh') && inner !== '1'
  })
  if (found === undefined) throw new Error(`no supervisor in ${node}`)
  return Number(found)
}
