import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { guestImageBytes } from '../node/kataArtifacts.ts'
import { guestCpu } from '../node/nodeHardware.ts'
import { startKernelThreads } from '../node/nodeProcesses.ts'
import type { SimNode } from '../node/simNode.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import { slowClock } from '../slowClock.ts'
import { addGuestDeviceNodes } from './guestDeviceNodes.ts'
import { addGuestDevices } from './guestDevices.ts'
import { flushSpeed, transferSpeed } from './guestDiskSpeed.ts'
import { guestKernelConfig } from './guestKernelConfig.ts'
import { guestMemTotalKiB, idleGuest } from './guestMemory.ts'
import type { KataHandler } from './kataHandler.ts'
import { kernelCommandLine } from './kernelCommandLine.ts'
import type { ShimConfig } from './shimConfig.ts'
import { memoryBlockMiB, type VmSize } from './sizing.ts'

const builtAt = 'Mon Jan 26 18:04:11 UTC 2026'

/** uname -r of a handler's guest. Dragonball has a kernel of its own (versions.yaml). */
export function guestKernelRelease(node: SimNode, handler: KataHandler): string {
  if (node.departures.guestKernel !== null) return node.departures.guestKernel
  return handler.hypervisor === 'dragonball' ? node.release.dragonballKernel : node.release.guestKernel
}

/** What keeps the host out of a guest's memory; null for an ordinary guest. */
export function protectionOf({ scenario, departures }: SimNode, { variant }: KataHandler): 'tdx' | 'snp' | 'se' | null {
  if (variant === null || variant === 'coco-dev' || departures.teeGuests === 'ordinary') return null
  return scenario.tee === variant ? variant : null
}

/** The kernel's words (arch/x86/mm/mem_encrypt.c, print_mem_encrypt_feature_info). A guest of SEV-SNP has no flag of its own in /proc/cpuinfo. */
const protectedKernel = {
  tdx: ['tdx: Guest detected', 'Memory Encryption Features active: Intel TDX'],
  snp: ['Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP'],
  se: [],
}

/** Boots the guest of a VM: kernel, init, agent. */
export function bootGuest(
  node: SimNode,
  handler: KataHandler,
  config: ShimConfig,
  size: VmSize,
  maxVcpus: number,
): Machine {
  const guest = node.createMachine(guestSpec(node, handler, config, size, maxVcpus))
  guest.network = node.network
  const protection = protectionOf(node, handler)
  for (const line of protection === null ? [] : protectedKernel[protection]) guest.log(line)
  if (protection === 'se') guest.files.virtual('/sys/firmware/uv/prot_virt_guest', () => '1\n')
  addGuestDevices(guest, handler.hypervisor, guestImageBytes)
  addGuestDeviceNodes(guest)
  guest.files.virtual('/proc/config.gz', () => gzipSync(guestKernelConfig(guest.spec.kernel.release)))
  startGuestProcesses(guest, node.mode)
  return guest
}

/** Drawn once, when the template was made. */
const templateBootId = randomUUID()

function guestSpec(
  node: SimNode,
  handler: KataHandler,
  config: ShimConfig,
  size: VmSize,
  maxVcpus: number,
): MachineSpec {
  const { departures } = node
  const release = guestKernelRelease(node, handler)
  const version = `#1 SMP ${builtAt}`
  const rustVmm = handler.hypervisor === 'cloud-hypervisor' || handler.hypervisor === 'dragonball'
  const extraReserve = departures.kernelReserveExtraMiB + (rustVmm ? departures.rustVmmReserveExtraMiB : 0)
  const idle = idleGuest(node.mode)
  return {
    hostname: 'localhost',
    kernel: {
      release,
      version,
      banner: `Linux version ${release} (kata@kata-containers) (gcc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0, GNU ld (GNU Binutils for Ubuntu) 2.38) ${version}`,
      cmdline: kernelCommandLine(handler, node.release, maxVcpus, [config.kernelParams]),
    },
    bootId: departures.guestBootId === 'template' ? templateBootId : randomUUID(),
    cpu: withGuestFlag(
      guestCpu(node.machine.spec.cpu, handler.hypervisor === 'qemu' && !departures.qemuCpu.startsWith('host')),
      protectionOf(node, handler),
    ),
    cpus: Array.from({ length: size.vcpus }, (_, index) => index),
    possibleCpus: maxVcpus,
    memory: {
      totalKiB: guestMemTotalKiB(handler.hypervisor, size.memoryMiB, extraReserve),
      idle: {
        ...idle,
        anon: idle.anon + departures.guestAnonExtraMiB * 1024,
        slabUnreclaimable: idle.slabUnreclaimable + departures.guestUnreclaimableSlabExtraMiB * 1024,
      },
      blockMiB: memoryBlockMiB,
    },
    cgroupVersion: departures.guestCgroup,
    flushBytesPerSecond: flushSpeed(node, handler, size),
    transferBytesPerSecond: transferSpeed(node, handler, size),
    diskFlushMs: departures.diskFlushMs,
    ...shown(node),
    reaches: reached(node),
    cpuSlowdown: cpuSlowdown[handlerKey(handler)] * node.noise(0.02),
    clock: slowClock(
      node.clock,
      departures.guestClockRate * (handler.hypervisor === 'dragonball' ? departures.dragonballClockRate : 1),
    ),
  }
}

/** arch/x86 cpufeatures.h: TDX_GUEST. */
const withGuestFlag = (cpu: MachineSpec['cpu'], protection: string | null): MachineSpec['cpu'] =>
  protection === 'tdx' ? { ...cpu, flags: [...cpu.flags, 'tdx_guest'] } : cpu

/** The guide's times of the same work beside the default runtime's (baselines.yaml, cpu_gzip_200MB). Firecracker has no figure: as Cloud Hypervisor. */
const cpuSlowdown = {
  'go qemu': 1.2,
  'rust qemu': 1.2,
  'go cloud-hypervisor': 1.2,
  'rust cloud-hypervisor': 1.1,
  'rust dragonball': 1.2,
  'go firecracker': 1.2,
}

const handlerKey = ({ language, hypervisor }: KataHandler): keyof typeof cpuSlowdown =>
  `${language} ${hypervisor}` as keyof typeof cpuSlowdown

function shown({ departures, machine }: SimNode): Pick<MachineSpec, 'shows'> {
  const shows: NonNullable<MachineSpec['shows']> = {}
  if (departures.meminfoShows === 'node') shows.meminfo = () => machine.meminfo()
  if (departures.guestBpf === 'node') shows.bpf = machine
  if (departures.kernelLogShows === 'node') shows.kernelLog = () => machine.kernelLog()
  return Object.keys(shows).length > 0 ? { shows } : {}
}

/** What a guest does that happens to its node too. */
function reached({ departures, machine, network }: SimNode): NonNullable<MachineSpec['reaches']> {
  const reaches: NonNullable<MachineSpec['reaches']> = {}
  if (departures.guestSignals === 'node-too') reaches.signal = (pid, signal) => machine.signal(pid, signal)
  if (departures.guestLoopback === 'node')
    reaches.loopback = (port) => network.connect(machine.rootNetNamespace, '127.0.0.1', port)
  if (departures.guestClock === 'node-too') reaches.setTime = (ms) => machine.setTime(ms)
  if (departures.guestSysctls === 'node-too')
    reaches.setSysctl = (name, value) =>
      machine.setSysctl(name, value, name.startsWith('net/') ? machine.rootNetNamespace : undefined)
  if (departures.guestKernelMessages === 'node-too') reaches.kernelMessage = (text) => machine.log(text)
  if (departures.guestAddresses === 'node-too')
    reaches.address = (device, address) =>
      machine.rootNetNamespace.interfaces.find(({ name }) => name === device)?.addresses.push(address)
  return reaches
}

/** systemd and the agent below it in Kata's own image; the agent alone where it was recorded as init. Idle memory counts them already. */
function startGuestProcesses(guest: Machine, mode: SimNode['mode']): void {
  const spawn = (comm: string, argv: string[]) =>
    guest.spawn({
      comm,
      argv,
      exe: argv[0] ?? '',
      oomScoreAdj: -1000,
      cgroup: comm === 'systemd' || comm === 'init' ? '/init.scope' : `/system.slice/${comm}.service`,
    })
  if (mode === 'as-recorded') spawn('init', ['/sbin/init'])
  else spawn('systemd', ['/sbin/init'])
  startKernelThreads(guest)
  if (mode === 'as-recorded') return
  spawn('systemd-journal', ['/usr/lib/systemd/systemd-journald'])
  spawn('chronyd', ['/usr/sbin/chronyd', '-F', '1'])
  spawn('kata-agent', ['/usr/bin/kata-agent'])
}
