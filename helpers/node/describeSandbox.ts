import { cgroupOf, type HostCgroup } from './cgroupOf.ts'
import type { HostProcess, NodeProbe, ProcessMemory } from './nodeProbe.ts'
import { qemuCommandLine, type QemuCommandLine } from './qemuCommandLine.ts'
import { sandboxState } from './sandboxState.ts'

export interface DescribedProcess extends HostProcess {
  readonly role: 'shim' | 'hypervisor' | 'virtiofsd'
  readonly memory: ProcessMemory | string
  readonly cgroup: HostCgroup | string
  /** Inode by kind of namespace. */
  readonly namespaces: Readonly<Record<string, string>> | string
}

/** The host's side of a sandbox, as far as it can be read. */
export interface DescribedSandbox {
  readonly sandboxId: string
  readonly processes: readonly DescribedProcess[]
  /** What QEMU was started with; of other hypervisors the arguments tell little: they are told by a socket or a file. */
  readonly commandLine: QemuCommandLine | null
  /** Mounts of the shim that carry the sandbox's id: `type source on target (options)`. */
  readonly mounts: readonly string[] | string
  readonly files: readonly string[] | string
}

/** Everything that the probe knows of a pod's sandbox, for the evidence of a failure. Throws NodeProbeError when the pod has none. */
export async function describeSandbox(node: NodeProbe, podUid: string): Promise<DescribedSandbox> {
  const { sandboxId, shims, hypervisors, virtiofsds } = await node.sandbox(podUid)
  const all = [
    ...shims.map((each) => ({ ...each, role: 'shim' as const })),
    ...hypervisors.map((each) => ({ ...each, role: 'hypervisor' as const })),
    ...virtiofsds.map((each) => ({ ...each, role: 'virtiofsd' as const })),
  ]
  const [shim] = shims
  const qemu = hypervisors.find(({ comm }) => comm.startsWith('qemu'))
  const [processes, mounts, files] = await Promise.all([
    Promise.all(
      all.map(async (each) => ({
        ...each,
        memory: await orWhy(node.memory(each.pid)),
        cgroup: await orWhy(cgroupOf(node, each)),
        namespaces: await orWhy(node.namespaces(each.pid)),
      })),
    ),
    shim ? orWhy(mountsOf(node, shim.pid, sandboxId)) : 'no shim',
    orWhy(sandboxState(node, sandboxId)),
  ])
  return { sandboxId, processes, commandLine: qemu ? lineOf(qemu) : null, mounts, files }
}

const mountsOf = async (node: NodeProbe, pid: number, sandboxId: string): Promise<readonly string[]> =>
  (await node.mounts(pid))
    .filter(({ source, target }) => `${source} ${target}`.includes(sandboxId))
    .map(({ source, target, type, options }) => `${type} ${source} on ${target} (${options.join(',')})`)

/** A process may end meanwhile: the rest is still worth its place. */
const orWhy = <T>(read: Promise<T>): Promise<T | string> =>
  read.catch((error: unknown) => `not to be had: ${(error as Error).message}`)

function lineOf({ argv }: HostProcess): QemuCommandLine | null {
  try {
    return qemuCommandLine(argv)
  } catch {
    return null
  }
}
