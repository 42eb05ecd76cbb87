import { parseMounts } from '../guest/mounts.ts'
import { linesOf, sectionsOf } from './sections.ts'
import { cgroupFunction, type HostCgroup, parseHostCgroup } from './hostCgroup.ts'
import { parseNamespaces } from './namespaces.ts'
import type { HostProcess, ProcessMemory, SandboxProcesses } from './nodeProbe.ts'
import { parseMemory } from './processMemory.ts'
import { qemuCommandLine, type QemuCommandLine } from './qemuCommandLine.ts'
import { sandboxFilesFunction, shortened } from './sandboxFiles.ts'

export interface DescribedProcess extends HostProcess {
  readonly role: 'shim' | 'hypervisor' | 'virtiofsd'
  /** Null where it has ended meanwhile. */
  readonly memory: ProcessMemory | null
  readonly cgroup: HostCgroup | null
  /** Inode by kind of namespace. */
  readonly namespaces: Readonly<Record<string, string>>
}

/** The host's side of a sandbox, as far as it can be read. */
export interface DescribedSandbox {
  readonly sandboxId: string
  readonly processes: readonly DescribedProcess[]
  /** What QEMU was started with; of other hypervisors the arguments tell little: they are told by a socket or a file. */
  readonly commandLine: QemuCommandLine | null
  /** Mounts of the shim that carry the sandbox's id: `type source on target (options)`. */
  readonly mounts: readonly string[]
  readonly files: readonly string[]
}

/**
 * Prints all that the node shows of a sandbox and its processes. One exec: where many arms turn red together, every exec counts.
 * A process may end meanwhile: the rest is still worth its place.
 */
export const describeArgv = ({ sandboxId, shims, hypervisors, virtiofsds }: SandboxProcesses): string[] => [
  ...['sh', '-c', script, 'probe', sandboxId, shortened(sandboxId), String(shims[0]?.pid ?? '')],
  ...[...shims, ...hypervisors, ...virtiofsds].map(({ pid }) => String(pid)),
]

const script = `${cgroupFunction}${sandboxFilesFunction}id=$1 short=$2 shim=$3
shift 3
echo "== mounts"
[ -n "$shim" ] && grep -F -e "$id" "/proc/$shim/mounts"
echo "== files"
sandbox_files "$short"
for pid in "$@"; do
  echo "== memory $pid"
  cat "/proc/$pid/smaps_rollup" "/proc/$pid/status"
  echo "== cgroup $pid"
  cgroup "$pid"
  echo "== namespaces $pid"
  ls -l "/proc/$pid/ns"
done
exit 0`

/** Reads what `describeArgv` printed. */
export function parseDescription(stdout: string, sandbox: SandboxProcesses): DescribedSandbox {
  const { sandboxId, shims, hypervisors, virtiofsds } = sandbox
  const sections = sectionsOf(stdout)
  const described = (role: DescribedProcess['role']) => (process: HostProcess) => {
    const of = (what: string): string => sections.get(`${what} ${process.pid}`) ?? ''
    const cgroup = of('cgroup') === '' ? null : parseHostCgroup(of('cgroup'))
    return {
      ...process,
      role,
      memory: parseMemory(of('memory')),
      cgroup,
      namespaces: parseNamespaces(of('namespaces')),
    }
  }
  const qemu = hypervisors.find(({ comm }) => comm.startsWith('qemu'))
  return {
    sandboxId,
    processes: [
      ...shims.map(described('shim')),
      ...hypervisors.map(described('hypervisor')),
      ...virtiofsds.map(described('virtiofsd')),
    ],
    commandLine: qemu ? lineOf(qemu) : null,
    mounts: parseMounts(sections.get('mounts') ?? '').map(
      ({ source, target, type, options }) => `${type} ${source} on ${target} (${options.join(',')})`,
    ),
    files: linesOf(sections.get('files') ?? ''),
  }
}

function lineOf({ argv }: HostProcess): QemuCommandLine | null {
  try {
    return qemuCommandLine(argv)
  } catch {
    return null
  }
}
