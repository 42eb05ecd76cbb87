import type { BlockDevice } from '../guest/blockDevices.ts'
import type { Mount } from '../guest/mounts.ts'
import type { ContainerdConfig } from './containerdConfig.ts'
import type { DescribedSandbox } from './describeSandbox.ts'
import type { FileStatus, ListedFile } from './fileListing.ts'
import type { HostCgroup } from './hostCgroup.ts'
import type { KataRuntimeCheck } from './kataRuntimeCheck.ts'
import type { HostNetwork } from './hostNetwork.ts'
import type { KvmDevice } from './kvmDevice.ts'
import type { PodNetwork } from './podNetwork.ts'

/** A process of the node as /proc shows it to the probe. */
export interface HostProcess {
  readonly pid: number
  readonly ppid: number
  readonly comm: string
  /** argv; empty for kernel threads */
  readonly argv: readonly string[]
  /** Target of /proc/PID/exe; empty when it cannot be read. */
  readonly exe: string
  /** Clock ticks since boot at which it started: with the pid, one process and no other. */
  readonly startTicks: number
}

/** The host's side of one sandbox, found by pod UID and sandbox id, never by name grep. */
export interface SandboxProcesses {
  readonly sandboxId: string
  readonly shims: readonly HostProcess[]
  /** The VMM; empty for an in-shim VMM (Dragonball) and for runc. */
  readonly hypervisors: readonly HostProcess[]
  readonly virtiofsds: readonly HostProcess[]
}

/** Memory of one process from smaps_rollup and status, KiB, and its threads. */
export interface ProcessMemory {
  readonly rssKiB: number
  readonly pssKiB: number
  readonly rssShmemKiB: number
  readonly threads: number
}

/**
 * Read-only view of one node through a privileged pod of the default runtime with the host's root mounted read-only.
 * Every method reads; none writes. Source: docs/node-probe.md
 */
export interface NodeProbe {
  readonly node: string
  /** Contents of a host file. Throws NodeProbeError when it is missing or unreadable. */
  readFile(path: string): Promise<string>
  /** Contents of a host file, or null when it does not exist. */
  readFileIfThere(path: string): Promise<string | null>
  /** Names in a host directory, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>
  /** Every process of the host. */
  processes(): Promise<readonly HostProcess[]>
  /** Shim, hypervisor and virtiofsd processes of the pod's sandbox. Throws NodeProbeError when the pod has no sandbox on this node. */
  sandbox(podUid: string): Promise<SandboxProcesses>
  /** Everything that the node shows of a sandbox, for the evidence of a failure. */
  describe(sandbox: SandboxProcesses): Promise<DescribedSandbox>
  /** Paths on the node that carry a sandbox's id, where shims keep what belongs to it. */
  sandboxFiles(sandboxId: string): Promise<readonly string[]>
  memory(pid: number): Promise<ProcessMemory>
  /** The cgroup (v2) of a process. Throws NodeProbeError when it has ended. */
  cgroup(pid: number): Promise<HostCgroup>
  /** Targets of /proc/PID/fd, for instance anon_inode:kvm-vcpu:0 */
  fileDescriptors(pid: number): Promise<readonly string[]>
  /** Inodes of a process's namespaces by kind: two processes share one when these are equal. */
  namespaces(pid: number): Promise<Readonly<Record<string, string>>>
  /** What is mounted for a process. */
  mounts(pid: number): Promise<readonly Mount[]>
  /** Lines of the node's logs (journal, containerd's and kubelet's own files) of the last seconds that name one of these ids; bounded, '' when there are none. */
  journal(ids: readonly string[], seconds: number): Promise<string>
  /** The handler (runtimeHandler) that the CRI reports for the pod's sandbox; '' is the default runtime. Null when no crictl is on the node. */
  runtimeHandler(podUid: string): Promise<string | null>
  /** Runtime of each container that the CRI made, as the node's ctr lists them. Null when no ctr is on the node. */
  ctrContainers(): Promise<ReadonlyMap<string, string> | null>
  /** Interfaces of the pod's network namespace on the host: name, MAC, addresses. */
  podInterfaces(
    podUid: string,
  ): Promise<readonly { name: string; mac: string; addresses: readonly string[]; mtu: number }[]>
  /** The pod's network namespace on the host: interfaces, routes, bytes. Throws NodeProbeError with hostNetwork, where it has none. */
  podNetwork(podUid: string): Promise<PodNetwork>
  /** The node's own interfaces, routes and rules. */
  hostNetwork(): Promise<HostNetwork>
  /** Lines of the node's /proc/kallsyms that name compiled eBPF programs; the whole file has several megabytes. */
  bpfSymbols(): Promise<string>
  /** Looks at /dev/kvm, opens it, and asks the kernel for its driver. */
  kvm(): Promise<KvmDevice>
  /** What the node's own kata-runtime says of it. The only program of Kata that the probe runs; asked only where it changes nothing. */
  kataRuntimeCheck(): Promise<KataRuntimeCheck>
  /** containerd's configuration with what it imports: its handlers and the default one. Null when there is none in a known place. */
  containerd(): Promise<ContainerdConfig | null>
  /** Effective configuration of a handler: base TOML with config.d merged in lexical order, as Kata does. Null when the handler has none here. */
  effectiveToml(
    handler: string,
  ): Promise<{ path: string; dropIns: readonly string[]; values: Readonly<Record<string, unknown>> } | null>
  /** SHA-256 of a host file, made on the node: nothing of what is in it leaves the node. Null when it does not exist. */
  sha256(path: string): Promise<string | null>
  /** Block devices of the host: entries of /sys/block. */
  blockDevices(): Promise<readonly BlockDevice[]>
  /** Bytes that the files below a host directory take on its disk; null when it does not exist. */
  diskUse(path: string): Promise<number | null>
  /** Kind, permissions and size of what a path leads to; null when nothing is there. */
  fileStatus(path: string): Promise<FileStatus | null>
  /** Where a path really is, links followed; null when nothing is there. */
  realPath(path: string): Promise<string | null>
  /** Every regular file below a folder; null when there is no such folder. */
  inventory(folder: string): Promise<readonly ListedFile[] | null>
  /** SHA-256 of files of a folder, by their path below it. Throws NodeProbeError when one is missing. */
  digests(folder: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Whether a file holds a text anywhere: a binary's own release, which nobody has to run it for. False when there is no file. */
  holds(path: string, text: string): Promise<boolean>
  /** Size in bytes: apparent and allocated. */
  fileSize(path: string): Promise<{ apparent: number; allocated: number } | null>
}
