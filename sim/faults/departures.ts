import { healthyShims, type ShimsDepartures } from './shimsDepartures.ts'
import { type AnnotationsDepartures, healthyAnnotations } from './annotationsDepartures.ts'
import { healthyKyverno, type KyvernoDepartures } from './kyvernoDepartures.ts'
import { healthyNydus, type NydusDepartures } from './nydusDepartures.ts'
import { healthyTee, type TeeDepartures } from './teeDepartures.ts'
import { healthySecurity, type SecurityDepartures } from './securityDepartures.ts'
import { healthyStorage, type StorageDepartures } from './storageDepartures.ts'
import { type BenchmarksDepartures, healthyBenchmarks } from './benchmarksDepartures.ts'
import { type FootprintDepartures, healthyFootprint } from './footprintDepartures.ts'
import { healthyDeployment, type DeploymentDepartures } from './deploymentDepartures.ts'
import { healthyNetwork, type NetworkDepartures } from './networkDepartures.ts'
import { healthyUpstream, type UpstreamDepartures } from './upstreamDepartures.ts'

/**
 * Where the model can depart from the documented behaviour: one knob for each place of the model which may be wrong, with its healthy
 * value. The model asks a knob at exactly one place; a fault (faults.yaml) is a set of knobs (faultDepartures.ts).
 */
export interface Departures
  extends
    ShimsDepartures,
    AnnotationsDepartures,
    KyvernoDepartures,
    NydusDepartures,
    TeeDepartures,
    SecurityDepartures,
    StorageDepartures,
    BenchmarksDepartures,
    FootprintDepartures,
    DeploymentDepartures,
    NetworkDepartures,
    UpstreamDepartures {
  // isolation
  kataHandlersRunBy: 'kata' | 'runc'
  vmScope: 'sandbox' | 'container'
  guestBootId: 'own' | 'template'
  unknownHandler: 'refused' | 'default-runtime'
  runtimeClassAdmission: boolean
  /** What a pod with hostPID sees. */
  hostPidShows: 'sandbox' | 'node' | 'guest-root' | 'guest-root-when-privileged'
  sandboxPidNamespaceByDefault: boolean
  shareProcessNamespaceWorks: boolean
  hostProcShows: 'guest' | 'node'
  meminfoShows: 'guest' | 'node'
  kernelLogShows: 'guest' | 'node'

  // RuntimeClasses and handlers
  missingClasses: readonly string[]
  /** Further classes, like kata-qemu, which no operator's profile declares. */
  undeclaredClasses: readonly string[]
  /** Handler of the RuntimeClass by its name; what containerd has does not change by it. */
  classHandlers: Readonly<Record<string, string>>
  /** Handlers that containerd has under another name, configured the same. */
  renamedHandlers: Readonly<Record<string, string>>
  classOverhead: boolean
  classScheduling: boolean
  criReportsHandler: boolean
  defaultRuntimeReachable: 'always' | 'not-beside-kata'
  guestKernel: string | null

  // host side of a sandbox
  shimPer: 'sandbox' | 'container'
  hypervisorsPerSandbox: number
  containerProcessesOnHost: boolean
  virtiofsdRuns: boolean
  sharedFilesystem: 'virtiofs' | '9p'
  vsock: boolean
  guestCid: 'random' | number
  accelerator: 'kvm' | 'tcg'
  qemuCpu: string
  memoryBackendShared: boolean
  bootFrom: { kernel: string; image: string } | null
  hypervisorAfterDeletion: 'gone' | 'running'

  // agent
  lostStreams: readonly ('stdout' | 'stderr')[]
  /** 1: of every container; 3: of each third of the cluster that runs the same command. */
  streamsLostOfEvery: number
  /** Lines of a stream that reach the log. */
  logLines: number
  execExitCode: 'kept' | 'always-0'
  execProbes: 'honest' | 'always-fail'
  sigtermForwarded: boolean
  initContainersAwaited: boolean
  restartKeepsVm: boolean

  // guest network
  guestAddress: boolean
  guestDefaultRoute: boolean
  guestMac: 'pod' | 'other'

  // guest cgroups
  guestCgroup: 1 | 2
  memoryLimitWritten: boolean
  memoryLimitEnforced: boolean
  /** MiB taken from each memory limit. */
  memoryLimitLessMiB: number
  cpuQuotaWritten: boolean
  cpuQuotaEnforced: boolean
  cpuQuotaRoundedUp: boolean

  // memory of the sandbox
  memoryHotplug: 'works' | 'ignored' | 'stays-offline' | 'at-boot'
  memoryHotplugExtraMiB: number
  memoryRequestsCounted: boolean
  memoryDropInRead: boolean
  /** default_memory of the base file of a handler, MiB. */
  baseDefaultMemoryMiB: Readonly<Record<string, number>>
  qemuMemorySlots: boolean
  qemuMaxmemMiB: number | null
  kernelReserveExtraMiB: number
  guestAnonExtraMiB: number
  guestUnreclaimableSlabExtraMiB: number
  guestMemoryPreallocated: boolean
  /** MiB that guests of Cloud Hypervisor and Dragonball miss. */
  rustVmmReserveExtraMiB: number
  /** What each vCPU beyond the first adds to the resident memory of the process that holds the VM (baselines.yaml, cpu_scaling: 3 MiB). */
  memoryPerVcpuMiB: number
  /** Times that flushed writes to virtiofs take in VMs of less than 512 MiB. */
  smallVmWriteFactor: number

  // vCPUs of the sandbox
  vcpuHotplug: 'works' | 'ignored' | 'at-boot'
  vcpusExtraWithLimit: number
  cpuRequestsCounted: boolean
  vcpusRoundedPerContainer: boolean
  vcpusMax: number | null
  defaultVcpus: number | null

  // out of memory
  oomReasonReported: boolean
  oomEnds: 'container' | 'vm' | 'all-containers'
  guestBalloonsWithoutLimits: boolean
  guestOomLoggedOnHost: boolean

  // mounts below /proc
  procDestinationsRefusedToo: readonly string[]
  procDestinations: 'checked' | 'all-files-accepted'
  directoryOnProc: 'refused' | 'accepted'

  // nodes: of the second Kata node
  secondNodeCpuFlags: boolean
  secondNodeKvm: 'usable' | 'missing' | 'locked'
}

export const healthy: Departures = {
  ...healthyShims,
  ...healthyAnnotations,
  ...healthyKyverno,
  ...healthyNydus,
  ...healthyTee,
  ...healthySecurity,
  ...healthyStorage,
  ...healthyFootprint,
  ...healthyDeployment,
  ...healthyBenchmarks,
  ...healthyNetwork,
  ...healthyUpstream,

  kataHandlersRunBy: 'kata',
  vmScope: 'sandbox',
  guestBootId: 'own',
  unknownHandler: 'refused',
  runtimeClassAdmission: true,
  hostPidShows: 'sandbox',
  sandboxPidNamespaceByDefault: false,
  shareProcessNamespaceWorks: true,
  hostProcShows: 'guest',
  meminfoShows: 'guest',
  kernelLogShows: 'guest',

  missingClasses: [],
  undeclaredClasses: [],
  classHandlers: {},
  /** Handlers that containerd has under another name, configured the same. */
  renamedHandlers: {},
  classOverhead: true,
  classScheduling: true,
  criReportsHandler: true,
  defaultRuntimeReachable: 'always',
  guestKernel: null,

  shimPer: 'sandbox',
  hypervisorsPerSandbox: 1,
  containerProcessesOnHost: false,
  virtiofsdRuns: true,
  sharedFilesystem: 'virtiofs',
  vsock: true,
  guestCid: 'random',
  accelerator: 'kvm',
  qemuCpu: 'host,pmu=off',
  memoryBackendShared: true,
  bootFrom: null,
  hypervisorAfterDeletion: 'gone',

  lostStreams: [],
  streamsLostOfEvery: 1,
  logLines: Infinity,
  execExitCode: 'kept',
  execProbes: 'honest',
  sigtermForwarded: true,
  initContainersAwaited: true,
  restartKeepsVm: true,

  guestAddress: true,
  guestDefaultRoute: true,
  guestMac: 'pod',

  guestCgroup: 2,
  memoryLimitWritten: true,
  memoryLimitEnforced: true,
  memoryLimitLessMiB: 0,
  cpuQuotaWritten: true,
  cpuQuotaEnforced: true,
  cpuQuotaRoundedUp: false,

  memoryHotplug: 'works',
  memoryHotplugExtraMiB: 0,
  memoryRequestsCounted: false,
  memoryDropInRead: true,
  baseDefaultMemoryMiB: {},
  qemuMemorySlots: true,
  qemuMaxmemMiB: null,
  kernelReserveExtraMiB: 0,
  guestAnonExtraMiB: 0,
  guestUnreclaimableSlabExtraMiB: 0,
  guestMemoryPreallocated: false,
  rustVmmReserveExtraMiB: 0,
  memoryPerVcpuMiB: 3,
  smallVmWriteFactor: 1,

  vcpuHotplug: 'works',
  vcpusExtraWithLimit: 0,
  cpuRequestsCounted: false,
  vcpusRoundedPerContainer: false,
  vcpusMax: null,
  defaultVcpus: null,

  oomReasonReported: true,
  oomEnds: 'container',
  guestBalloonsWithoutLimits: false,
  guestOomLoggedOnHost: false,

  procDestinationsRefusedToo: [],
  procDestinations: 'checked',
  directoryOnProc: 'refused',

  secondNodeCpuFlags: true,
  secondNodeKvm: 'usable',
}
