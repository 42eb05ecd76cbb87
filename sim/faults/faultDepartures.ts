import { closest } from 'fastest-levenshtein'
import { deploymentFaults } from './deploymentDepartures.ts'
import { healthy, type Departures } from './departures.ts'
import { shimsFaults } from './shimsDepartures.ts'
import { annotationsFaults } from './annotationsDepartures.ts'
import { kyvernoFaults } from './kyvernoDepartures.ts'
import { nydusFaults } from './nydusDepartures.ts'
import { teeFaults } from './teeDepartures.ts'
import { securityFaults } from './securityDepartures.ts'
import { storageFaults } from './storageDepartures.ts'
import { benchmarksFaults } from './benchmarksDepartures.ts'
import { footprintFaults } from './footprintDepartures.ts'
import { networkFaults } from './networkDepartures.ts'
import { upstreamFaults } from './upstreamDepartures.ts'

/** What each fault of faults.yaml changes in the model, and nothing else. */
const faults: Record<string, Partial<Departures>> = {
  ...footprintFaults,
  ...benchmarksFaults,

  // isolation
  'runc-behind-kata-handlers': { kataHandlersRunBy: 'runc' },
  'guests-cloned-from-one-template': { guestBootId: 'template' },
  'vm-per-container': { vmScope: 'container' },
  'missing-handler-falls-back-to-runc': { unknownHandler: 'default-runtime' },
  'missing-runtimeclass-accepted': { runtimeClassAdmission: false },
  'host-pid-namespace-leaked': { hostPidShows: 'node' },
  'guest-root-pid-namespace-leaked': { hostPidShows: 'guest-root' },
  'privileged-sees-agent': { hostPidShows: 'guest-root-when-privileged' },
  'pause-is-pid-1-by-default': { sandboxPidNamespaceByDefault: true },
  'process-namespace-sharing-ignored': { shareProcessNamespaceWorks: false },
  'host-proc-exposed': { hostProcShows: 'node' },
  'guest-sees-node-memory': { meminfoShows: 'node' },
  'guest-dmesg-is-the-hosts': { kernelLogShows: 'node' },

  // RuntimeClasses and handlers
  'kata-qemu-class-missing': { missingClasses: ['kata-qemu'] },
  'kata-qemu-handler-renamed': { renamedHandlers: { 'kata-qemu': 'kata' }, classHandlers: { 'kata-qemu': 'kata' } },
  'kata-clh-class-with-qemu-handler': { classHandlers: { 'kata-clh': 'kata-qemu' } },
  'kata-fc-class-with-qemu-handler': { classHandlers: { 'kata-fc': 'kata-qemu' } },
  'kata-dragonball-class-with-qemu-handler': { classHandlers: { 'kata-dragonball': 'kata-qemu' } },
  'minimal-class-with-qemu-handler': { classHandlers: { 'kata-qemu-minimal': 'kata-qemu' } },
  'block-minimal-class-with-qemu-handler': { classHandlers: { 'kata-qemu-block-minimal': 'kata-qemu' } },
  'runtimeclass-overhead-missing': { classOverhead: false },
  'runtimeclass-scheduling-missing': { classScheduling: false },
  'cri-reports-no-handler': { criReportsHandler: false },
  'kata-pod-cuts-the-nodes-network': { defaultRuntimeReachable: 'not-beside-kata' },
  'old-guest-kernel': { guestKernel: '5.15.63' },

  // host side of a sandbox
  'shim-per-container': { shimPer: 'container' },
  'second-hypervisor-per-sandbox': { hypervisorsPerSandbox: 2 },
  'container-process-on-host': { containerProcessesOnHost: true },
  'virtiofsd-missing': { virtiofsdRuns: false },
  'rootfs-by-9p': { sharedFilesystem: '9p' },
  'no-vsock-device': { vsock: false },
  'guest-cid-not-unique': { guestCid: 3 },
  'hypervisor-without-kvm': { accelerator: 'tcg' },
  'qemu-generic-cpu': { qemuCpu: 'qemu64' },
  'qemu-memory-not-shared': { memoryBackendShared: false },
  'guest-kernel-outside-opt-kata': { bootFrom: { kernel: '/boot/vmlinuz', image: '/var/lib/root-disk.img' } },
  'hypervisor-survives-deletion': { hypervisorAfterDeletion: 'running' },

  // agent
  'stdout-lost': { lostStreams: ['stdout'] },
  'stderr-lost': { lostStreams: ['stderr'] },
  'logs-cut-at-512-lines': { logLines: 512 },
  'exec-exit-code-lost': { execExitCode: 'always-0' },
  'exec-probes-fail': { execProbes: 'always-fail' },
  'sigterm-not-forwarded': { sigtermForwarded: false },
  'init-container-not-awaited': { initContainersAwaited: false },
  'container-restart-recreates-vm': { restartKeepsVm: false },

  // guest network
  'guest-address-missing': { guestAddress: false },
  'guest-route-missing': { guestDefaultRoute: false },
  'guest-mac-differs': { guestMac: 'other' },

  // guest cgroups
  'guest-cgroup-v1': { guestCgroup: 1 },
  'memory-limit-not-in-guest-cgroup': { memoryLimitWritten: false },
  'memory-limit-not-enforced': { memoryLimitEnforced: false },
  'memory-max-lowered': { memoryLimitLessMiB: 16 },
  'cpu-quota-not-set': { cpuQuotaWritten: false },
  'cpu-quota-not-enforced': { cpuQuotaEnforced: false },
  'cpu-quota-rounded-up': { cpuQuotaRoundedUp: true },

  // memory of the sandbox
  'memory-hotplug-ignored': { memoryHotplug: 'ignored' },
  'memory-never-onlined': { memoryHotplug: 'stays-offline' },
  'memory-hotplug-one-block-more': { memoryHotplugExtraMiB: 128 },
  'memory-requests-counted': { memoryRequestsCounted: true },
  'memory-boots-with-limits': { memoryHotplug: 'at-boot' },
  'memory-drop-in-ignored': { memoryDropInRead: false },
  'kata-qemu-default-memory-4096': { baseDefaultMemoryMiB: { 'kata-qemu': 4096 } },
  'qemu-without-memory-slots': { qemuMemorySlots: false },
  'qemu-maxmem-too-small': { qemuMaxmemMiB: 4096 },
  'guest-kernel-reserve-grown': { kernelReserveExtraMiB: 40 },
  'guest-agent-leaks': { guestAnonExtraMiB: 40 },
  'guest-slab-grown': { guestUnreclaimableSlabExtraMiB: 30 },
  'guest-memory-preallocated': { guestMemoryPreallocated: true },
  'clh-and-dragonball-reserve-grown': { rustVmmReserveExtraMiB: 100 },

  // vCPUs of the sandbox
  'vcpu-hotplug-ignored': { vcpuHotplug: 'ignored' },
  'vcpu-one-more': { vcpusExtraWithLimit: 1 },
  'cpu-requests-counted': { cpuRequestsCounted: true },
  'vcpus-rounded-per-container': { vcpusRoundedPerContainer: true },
  'vcpus-boot-with-limits': { vcpuHotplug: 'at-boot' },
  'vcpus-capped-at-four': { vcpusMax: 4 },
  'default-vcpus-2': { defaultVcpus: 2 },

  // out of memory
  'oom-reason-lost': { oomReasonReported: false },
  'oom-kills-the-vm': { oomEnds: 'vm' },
  'oom-kills-the-pods-other-containers': { oomEnds: 'all-containers' },
  'guest-grows-without-limits': { guestBalloonsWithoutLimits: true },
  'guest-oom-logged-on-host': { guestOomLoggedOnHost: true },

  // mounts below /proc
  'allowed-proc-destinations-refused': { procDestinationsRefusedToo: ['/proc/uptime', '/proc/loadavg'] },
  'proc-destinations-all-accepted': { procDestinations: 'all-files-accepted' },
  'host-directory-mounted-on-proc': { directoryOnProc: 'accepted' },

  // nodes
  'node-without-virtualization-flags': { secondNodeCpuFlags: false },
  'node-without-kvm': { secondNodeKvm: 'missing' },
  'kvm-locked-by-firmware': { secondNodeKvm: 'locked' },
  'kata-emulates-without-kvm': { secondNodeKvm: 'missing', withoutKvm: 'emulated' },

  // the operator's profile
  'undeclared-runtimeclass': { undeclaredClasses: ['kata-undeclared'] },

  // host memory and speed of a sandbox
  'vcpus-cost-host-memory': { memoryPerVcpuMiB: 64 },
  'small-vms-write-slower': { smallVmWriteFactor: 3 },

  ...shimsFaults,
  ...annotationsFaults,
  ...kyvernoFaults,
  ...nydusFaults,
  ...teeFaults,
  ...securityFaults,
  ...storageFaults,
  // RuntimeClasses that kata-deploy should not have made so
  'stratovirt-class-offered': {
    undeclaredClasses: ['kata-stratovirt'],
    classHandlers: { 'kata-stratovirt': 'kata-stratovirt' },
  },
  'default-class-left-behind': { undeclaredClasses: ['kata'] },
  'default-class-of-another-shim': { classHandlers: { kata: 'kata-clh' } },

  ...deploymentFaults,
  ...networkFaults,
  ...upstreamFaults,
}

/** Names of all faults that the model knows, in the order of faults.yaml. */
export const faultNames: readonly string[] = Object.keys(faults)

/**
 * The knobs of a model with these faults.
 * @throws Error for a name that is no fault, with the nearest one that is.
 */
export function departuresOf(names: readonly string[]): Departures {
  return Object.assign({ ...healthy }, ...names.map(faultOf)) as Departures
}

/** Which knobs of the model a fault turns. @throws Error for a name that is no fault */
export const knobsOf = (name: string): string[] => Object.keys(faultOf(name))

function faultOf(name: string): Partial<Departures> {
  const fault = faults[name]
  if (!fault) throw new Error(unknownFault(name))
  return fault
}

/** What to tell an operator who wrote the name of no fault. */
export function unknownFault(name: string): string {
  return `there is no fault "${name}"; the nearest is "${closest(name, [...faultNames])}" (sim/faults/faults.yaml lists all)`
}
