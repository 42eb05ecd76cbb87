import type { HostProcess, SandboxProcesses } from './nodeProbe.ts'
import type { SnapshotProcess } from './processSnapshot.ts'

/** Firecracker's instance ids are cut to 32 characters (Kata fc.go, truncateID). */
const shortestId = 32

const hypervisorNames =
  /^(qemu-system-\w+|qemu-kvm|qemu-lite-system-\w+|cloud-hypervisor|firecracker|stratovirt|openvmm)(-[\w.-]+)?$/

/**
 * The host's processes of one sandbox: those whose command line or cgroup carries its id, and what these have started.
 * Shim: `-id SANDBOX`. QEMU: `-name sandbox-SANDBOX` (Go and Rust). Others by any argument or the cgroup.
 */
export function sandboxProcesses(sandboxId: string, processes: readonly SnapshotProcess[]): SandboxProcesses {
  const members = withDescendants(
    processes.filter((each) => mentions(each, sandboxId)),
    processes,
  )
  return {
    sandboxId,
    shims: members.filter((each) => isShimOf(each, sandboxId)).map(asHostProcess),
    hypervisors: members.filter((each) => hypervisorNames.test(programName(each))).map(asHostProcess),
    virtiofsds: members.filter((each) => programName(each) === 'virtiofsd').map(asHostProcess),
  }
}

/** A shim that can have the VMM inside itself: runc's is none. */
export const isKataShim = ({ argv, exe }: HostProcess): boolean => `${exe} ${argv[0] ?? ''}`.includes('kata')

export const asHostProcess = ({ pid, ppid, comm, argv, exe, startTicks }: SnapshotProcess): HostProcess => ({
  pid,
  ppid,
  comm,
  argv,
  exe,
  startTicks,
})

function mentions(process: SnapshotProcess, sandboxId: string): boolean {
  const id = sandboxId.slice(0, shortestId)
  return process.cgroup.includes(id) || process.argv.some((argument) => argument.includes(id))
}

function isShimOf(process: SnapshotProcess, sandboxId: string): boolean {
  if (!programName(process).startsWith('containerd-shim')) return false
  const at = process.argv.indexOf('-id')
  return at >= 0 && process.argv[at + 1] === sandboxId
}

/** Name of the program file. An upgrade replaces files under running VMs: the kernel then says "(deleted)". */
function programName(process: SnapshotProcess): string {
  const path = process.exe !== '' ? process.exe.replace(/ \(deleted\)$/, '') : (process.argv[0] ?? process.comm)
  return path.split('/').at(-1) ?? ''
}

/** Virtiofsd forks once more, and jailers start what they guard: children without the id belong to it too. */
function withDescendants(roots: readonly SnapshotProcess[], all: readonly SnapshotProcess[]): SnapshotProcess[] {
  const members = new Set(roots.map((each) => each.pid))
  const byParent = new Map<number, SnapshotProcess[]>()
  for (const each of all) byParent.set(each.ppid, [...(byParent.get(each.ppid) ?? []), each])
  const queue = [...members]
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of byParent.get(pid) ?? []) {
      if (members.has(child.pid)) continue
      members.add(child.pid)
      queue.push(child.pid)
    }
  }
  return all.filter((each) => members.has(each.pid))
}
