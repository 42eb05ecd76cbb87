import type { Departures } from '../faults/departures.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import type { NodeScenario } from '../scenarios/scenario.ts'

const baseFlags = [
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht syscall nx pdpe1gb rdtscp lm',
  'constant_tsc rep_good nopl xtopology nonstop_tsc cpuid pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx',
  'f16c rdrand lahf_lm abm 3dnowprefetch fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap clflushopt xsaveopt xsavec xgetbv1 arat',
].flatMap((line) => line.split(' '))

/** Processor of a node: its virtualization flag, and `hypervisor` when it is itself a virtual machine. */
export function nodeCpu(node: NodeScenario, hasVirtualizationFlag: boolean): MachineSpec['cpu'] {
  const amd = node.virtualization === 'svm'
  const flags = [...baseFlags]
  if (node.nested) flags.push('hypervisor')
  flags.push(...teeFlags[node.tee])
  if (hasVirtualizationFlag && node.virtualization !== 'none') flags.push(node.virtualization)
  return amd
    ? { vendor: 'AuthenticAMD', model: 'AMD EPYC Processor', flags }
    : { vendor: 'GenuineIntel', model: 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz', flags }
}

/** What the host's kernel says of a TEE that it can use (arch/x86 cpufeatures.h: TDX_HOST_PLATFORM, SEV, SEV_ES, SEV_SNP). No guest has them. */
const teeFlags: Readonly<Record<NodeScenario['tee'], readonly string[]>> = {
  none: [],
  tdx: ['tdx_host_platform'],
  snp: ['sme', 'sev', 'sev_es', 'sev_snp'],
  se: [],
}
const hostFlags = Object.values(teeFlags).flat()

/** Flags of a guest's processor: QEMU's `-cpu host` passes the node's, without the host's own tools. */
export function guestCpu(cpu: MachineSpec['cpu'], generic: boolean): MachineSpec['cpu'] {
  const node = { ...cpu, flags: cpu.flags.filter((flag) => !hostFlags.includes(flag)) }
  if (generic) {
    const flags = node.flags.filter(
      (flag) => !['vmx', 'svm', 'avx', 'avx2', 'bmi1', 'bmi2', 'aes', 'hypervisor'].includes(flag),
    )
    return { ...node, model: 'QEMU Virtual CPU version 2.5+', flags: [...flags, 'hypervisor'] }
  }
  return { ...node, flags: node.flags.includes('hypervisor') ? node.flags : [...node.flags, 'hypervisor'] }
}

/** State of KVM on a node: what the scenario says, and what the faults make of the second Kata node. */
export function nodeKvm(node: NodeScenario, isSecondKataNode: boolean, departures: Departures): NodeScenario['kvm'] {
  return isSecondKataNode && departures.secondNodeKvm !== 'usable' ? departures.secondNodeKvm : node.kvm
}

/** Devices of a node that matter to Kata, firmware's names and the nesting switch of its KVM module. */
export function addHardware(machine: Machine, node: NodeScenario, kvm: NodeScenario['kvm']): void {
  const { files } = machine
  addDisks(machine, node.rootVolume)
  files.virtual('/sys/class/dmi/id/sys_vendor', () => `${node.vendor}\n`)
  files.virtual('/sys/class/dmi/id/product_name', () => `${node.product}\n`)
  const module = node.virtualization === 'svm' ? 'kvm_amd' : 'kvm_intel'
  const nested = module === 'kvm_amd' ? '1' : 'Y'
  if (node.kvm === 'usable') files.virtual(`/sys/module/${module}/parameters/nested`, () => `${nested}\n`)
  if (node.tee === 'tdx') files.virtual('/sys/module/kvm_intel/parameters/tdx', () => 'Y\n')
  if (node.tee === 'snp') files.virtual('/sys/module/kvm_amd/parameters/sev_snp', () => 'Y\n')
  if (node.tee === 'se') files.virtual('/sys/firmware/uv/prot_virt_host', () => '1\n')
  files.mkdir('/dev/net')
  files.mknod('/dev/net/tun', 'c', 10, 200)
  files.mknod('/dev/vhost-net', 'c', 10, 238)
  files.mknod('/dev/vhost-vsock', 'c', 10, 241)
  // Where the firmware has locked it, the module does not load; the device node is there all the same (modules.devname).
  const misc = [...(kvm === 'usable' ? ['232 kvm'] : []), '200 tun', '229 fuse', '237 loop-control', '238 vhost-net']
  files.virtual('/proc/misc', () => misc.map((each) => `${each}\n`).join(''))
  if (kvm === 'missing') return
  files.mknod('/dev/kvm', 'c', 10, 232)
  if (kvm === 'locked') files.failOpen('/dev/kvm', 'ENODEV')
}

/** RAM that a node's kernel leaves, KiB: 8,138,580 of 8 GiB and 10,190,940 of 10 GiB were recorded. */
export function nodeMemTotalKiB(memoryMiB: number): number {
  return Math.round(memoryMiB * 1024 * 0.97864 - 70_850)
}

const diskBytes = 100 * 1024 ** 3
const bootBytes = 1024 ** 3
const rootBytes = 70 * 1024 ** 3
/** Of a node whose root is a logical volume. */
export const rootVolume = { name: 'dm-0', mapped: 'rhel-root' }

/** The node's disk with its partitions and the volume on it that its root is, as Anaconda lays them out, and loop devices that stand for nothing yet. */
function addDisks(machine: Machine, root: NodeScenario['rootVolume']): void {
  machine.addBlockDevice({ name: 'vda', major: 252, minor: 0, sizeBytes: diskBytes, rotational: true })
  const first = root === 'logical' ? bootBytes : diskBytes - 1024 ** 2
  machine.addBlockDevice({ name: 'vda1', major: 252, minor: 1, sizeBytes: first, partition: true })
  if (root === 'logical') {
    const rest = diskBytes - bootBytes - 1024 ** 2
    machine.addBlockDevice({ name: 'vda2', major: 252, minor: 2, sizeBytes: rest, partition: true })
    machine.addBlockDevice({ ...rootVolume, major: 253, minor: 0, sizeBytes: rootBytes })
  }
  for (let minor = 0; minor < 8; minor++)
    machine.addBlockDevice({ name: `loop${minor}`, major: 7, minor, sizeBytes: 0 })
}
