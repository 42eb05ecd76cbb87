import { joinCrowd } from './crowd.ts'
import { randomUUID } from 'node:crypto'
import type { Departures } from '../faults/departures.ts'
import type { Machine, MachineProcess, ProcessSpec } from '../machine/machine.ts'
import type { NetNamespace } from '../machine/machineNetwork.ts'
import { bootFiles, guestImageBytes } from '../node/kataArtifacts.ts'
import { guestCid } from '../node/identifiers.ts'
import type { SimNode } from '../node/simNode.ts'
import { bootGuest, protectionOf } from './guestMachine.ts'
import { flushSpeed } from './guestDiskSpeed.ts'
import { smallestVmMiB } from './guestMemory.ts'
import { followGuest } from './hypervisorMemory.ts'
import type { KataHandler } from './kataHandler.ts'
import { kernelCommandLine } from './kernelCommandLine.ts'
import { cloudHypervisorCommandLine, firecrackerCommandLine } from './otherCommandLines.ts'
import { goQemuCommandLine, rustQemuCommandLine, type QemuStart } from './qemuCommandLine.ts'
import type { ShimConfig } from './shimConfig.ts'
import { refuseStart, tooSmall } from './startRefusals.ts'
import {
  maximumVcpus,
  memoryBlockMiB,
  sizeAfterHotplug,
  sizeAtStart,
  type Demand,
  type SizingDepartures,
  type VmSize,
} from './sizing.ts'

/** What a VM is started for. */
export interface VmStart {
  sandboxId: string
  handler: KataHandler
  config: ShimConfig
  /** Of the whole pod, known before its containers. */
  demand: Demand
  shim: MachineProcess
  network: { namespace: NetNamespace; mac: string | null }
  cgroup: string
  /** Memory limit of the pod and overhead together; null without a limit. */
  podLimitKiB: number | null
}

/** A running VM: its guest, and its hypervisor on the node. */
export interface VirtualMachine {
  readonly guest: Machine
  /** The process that holds the VM: the hypervisor, or the shim of an in-shim VMM. */
  readonly process: MachineProcess
  readonly size: VmSize
  /** Plugs what a pod asks for now and the VM does not have yet. */
  resize(demand: Demand): void
  /** The VM is over: guest off, hypervisor gone unless a fault lets it run on. */
  stop(): void
  onDeath(listener: () => void): void
}

const comms = {
  qemu: 'qemu-system-x86',
  'cloud-hypervisor': 'cloud-hyperviso',
  firecracker: 'firecracker',
  dragonball: 'dragonball',
}

/** Starts a VM. @throws CriError when KVM is not there or the VM is too small to boot. */
export function startVirtualMachine(node: SimNode, start: VmStart): VirtualMachine {
  const { handler, config } = start
  const { departures } = node
  const capacity = { cpus: node.scenario.cpus, memoryMiB: node.scenario.memoryMiB }
  refuseStart(node, handler)
  const sizing = sizingDepartures(handler, departures)
  let size = sizeAtStart(config, handler.language, start.demand, capacity, sizing)
  if (size.memoryMiB < smallestVmMiB) throw tooSmall(handler, size)
  const maxVcpus = maximumVcpus(config, capacity)
  const guest = bootGuest(node, handler, config, size, maxVcpus)
  const argv = commandLine(node, start, size, maxVcpus)
  const processes = argv === null ? [] : startHypervisors(node, start, argv, size)
  const process = processes[0] ?? start.shim
  // Dragonball is the shim: it holds the VM's files.
  if (argv === null) start.shim.spec.fds?.push(...vmFiles(node, size.vcpus))
  const memory = followGuest(node, start, guest, process, size)
  joinCrowd(node, process.exited)

  const deaths = new Set<() => void>()
  let over = false
  const end = (byItself: boolean) => {
    if (over) return
    over = true
    guest.powerOff()
    const survives = !byItself && departures.hypervisorAfterDeletion === 'running'
    if (!survives) for (const one of processes) one.kill('KILL')
    if (byItself) for (const listener of deaths) listener()
  }
  guest.onPanic(() => end(true))
  if (departures.guestBalloonsWithoutLimits)
    guest.onMemoryShort((missingKiB) =>
      guest.hotplugMemory(Math.ceil(missingKiB / 1024 / memoryBlockMiB) * memoryBlockMiB, true),
    )
  void process.exited.then(() => departures.vmmDeath === 'noticed' && end(true))
  return {
    guest,
    process,
    get size() {
      return size
    },
    resize(demand) {
      const next = sizeAfterHotplug(config, size, demand, capacity, sizing)
      if (next.vcpus > size.vcpus) plugCpus(guest, process, handler, size.vcpus, next.vcpus, maxVcpus)
      if (next.memoryMiB > size.memoryMiB)
        guest.hotplugMemory(next.memoryMiB - size.memoryMiB, departures.memoryHotplug !== 'stays-offline')
      memory.plugged(next.memoryMiB - size.memoryMiB, next.vcpus - size.vcpus)
      Object.assign(guest.spec.flushBytesPerSecond ?? {}, flushSpeed(node, handler, next))
      size = next
    },
    stop: () => end(false),
    onDeath: (listener) => void deaths.add(listener),
  }
}

/** What is said of QEMU's boot in the faults is said of QEMU alone. */
function sizingDepartures(handler: KataHandler, departures: Departures): SizingDepartures {
  if (handler.hypervisor === 'qemu') return departures
  const works = <T extends string>(knob: T) => (knob === 'at-boot' ? 'works' : knob) as T
  return {
    ...departures,
    memoryHotplug: works(departures.memoryHotplug),
    vcpuHotplug: works(departures.vcpuHotplug),
    qemuMemorySlots: true,
  }
}

/** Without KVM nothing but the emulator is left. */
const acceleratorOf = ({ kvm, departures }: SimNode): 'kvm' | 'tcg' =>
  kvm === 'usable' ? departures.accelerator : 'tcg'

function commandLine(node: SimNode, start: VmStart, size: VmSize, maxVcpus: number): string[] | null {
  const { handler, config, sandboxId } = start
  if (handler.hypervisor === 'dragonball')
    return node.departures.dragonballRuns === 'as-process' ? ['/opt/kata/bin/dragonball', '--id', sandboxId] : null
  if (handler.hypervisor === 'cloud-hypervisor')
    return cloudHypervisorCommandLine(handler, config.hypervisorPath, sandboxId)
  if (handler.hypervisor === 'firecracker') return firecrackerCommandLine(config.hypervisorPath, sandboxId)
  const departures = { ...node.departures, accelerator: acceleratorOf(node) }
  const boot = departures.bootFrom ?? bootFiles(node.release)
  const cid = departures.guestCid === 'random' ? guestCid() : departures.guestCid
  const qemu: QemuStart = {
    sandboxId,
    uuid: randomUUID(),
    binary: config.hypervisorPath,
    kernel: boot.kernel,
    image: boot.image,
    imageBytes: guestImageBytes,
    append: kernelCommandLine(handler, node.release, maxVcpus, [config.kernelParams]),
    memoryMiB: size.memoryMiB,
    memorySlots: config.memorySlots,
    // The Go shim adds memory_offset for the image's DIMM: 10,976M on a node of 9,952 MiB was recorded.
    maxMemoryMiB:
      config.maxMemoryMiB ||
      Math.floor(node.machine.spec.memory.totalKiB / 1024) + (handler.language === 'go' ? 1024 : 0),
    vcpus: size.vcpus,
    maxVcpus,
    guestCid: cid,
    deviceId: sandboxId.slice(0, 16),
    mac: start.network.mac,
    sharesFiles: config.sharedFs === 'virtio-fs',
    protection: protectionOf(node, handler),
  }
  return handler.language === 'go' ? goQemuCommandLine(qemu, departures) : rustQemuCommandLine(qemu, departures)
}

function hypervisorSpec(node: SimNode, start: VmStart, argv: string[], size: VmSize): ProcessSpec {
  const { handler } = start
  return {
    comm: comms[handler.hypervisor],
    argv,
    exe: argv[0] ?? '',
    parent: start.shim.pid,
    fds: vmFiles(node, size.vcpus),
    cgroup: start.cgroup,
    netNamespace: start.network.namespace,
    threads: 4 + size.vcpus,
  }
}

/** Open files that tell a process that holds a VM. */
function vmFiles(node: SimNode, vcpus: number): string[] {
  const kvm = acceleratorOf(node) === 'tcg' ? [] : ['/dev/kvm', 'anon_inode:kvm-vm', ...vcpuFiles(0, vcpus)]
  return [...kvm, ...(node.departures.vsock ? ['/dev/vhost-vsock'] : []), '/dev/vhost-net', '/dev/net/tun']
}

function vcpuFiles(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `anon_inode:kvm-vcpu:${from + index}`)
}

/** The hypervisor first, then its vhost thread and whatever else a fault starts. */
function startHypervisors(node: SimNode, start: VmStart, argv: string[], size: VmSize): MachineProcess[] {
  const spawn = () => node.machine.spawn(hypervisorSpec(node, start, argv, size))
  const hypervisor = spawn()
  const vhost = node.machine.spawn({
    comm: `vhost-${hypervisor.pid}`,
    argv: [],
    exe: '',
    kernelThread: true,
    parent: 2,
  })
  return [hypervisor, vhost, ...Array.from({ length: node.departures.hypervisorsPerSandbox - 1 }, spawn)]
}

/** QEMU offers CPUs from the last slot downwards, so the guest numbers them from the top (the guide: 0, 12, 13, 14, 15 of 16). */
function plugCpus(
  guest: Machine,
  process: MachineProcess,
  handler: KataHandler,
  have: number,
  want: number,
  maxVcpus: number,
): void {
  const online = new Set(guest.onlineCpus())
  const all = Array.from({ length: maxVcpus }, (_, index) => index)
  const free = (handler.hypervisor === 'qemu' ? all.reverse() : all).filter((cpu) => !online.has(cpu))
  guest.hotplugCpus(free.slice(0, want - have))
  const { fds } = process.spec
  if (fds?.some((fd) => fd === 'anon_inode:kvm-vm')) fds.push(...vcpuFiles(have, want))
}
