import type { Departures } from '../faults/departures.ts'

/** What a QEMU of a sandbox is started with. Memory in MiB. */
export interface QemuStart {
  /** Names the VM: the sandbox's id. */
  sandboxId: string
  uuid: string
  binary: string
  kernel: string
  image: string
  imageBytes: number
  append: string
  memoryMiB: number
  memorySlots: number
  maxMemoryMiB: number
  vcpus: number
  maxVcpus: number
  guestCid: number
  /** Hex digits that tell devices of one start apart. */
  deviceId: string
  /** MAC of eth0; null for a sandbox without network. */
  mac: string | null
  /** By virtiofsd. */
  sharesFiles: boolean
  /** What keeps the host out of the guest's memory; null for an ordinary guest. */
  protection: 'tdx' | 'snp' | 'se' | null
}

export type QemuDepartures = Pick<
  Departures,
  'accelerator' | 'qemuCpu' | 'memoryBackendShared' | 'qemuMemorySlots' | 'qemuMaxmemMiB' | 'vsock'
>

/** Command line of QEMU under the Go shim, as Kata 3.26.0 was seen to start it. */
export function goQemuCommandLine(start: QemuStart, departures: QemuDepartures): string[] {
  const vm = `/run/vc/vm/${start.sandboxId}`
  const cid = String(start.guestCid)
  const serial = departures.vsock
    ? [
        '-device',
        'virtio-serial-pci,disable-modern=true,id=serial0',
        '-device',
        'virtconsole,chardev=charconsole0,id=console0',
      ]
    : []
  const vsock = departures.vsock
    ? ['-device', `vhost-vsock-pci,disable-modern=true,vhostfd=4,id=vsock-${cid},guest-cid=${cid}`]
    : []
  return [
    start.binary,
    ...['-name', `sandbox-${start.sandboxId}`, '-uuid', start.uuid],
    ...['-machine', machine(start, departures), '-cpu', departures.qemuCpu],
    ...confidential(start),
    ...['-qmp', 'unix:fd=3,server=on,wait=off', '-m', goMemory(start, departures)],
    ...[
      '-device',
      'pci-bridge,bus=pcie.0,id=pci-bridge-0,chassis_nr=1,shpc=off,addr=2,io-reserve=4k,mem-reserve=1m,pref64-reserve=1m',
    ],
    ...serial,
    ...['-chardev', `socket,id=charconsole0,path=${vm}/console.sock,server=on,wait=off`],
    ...['-device', 'nvdimm,id=nv0,memdev=mem0,unarmed=on'],
    ...['-object', `memory-backend-file,id=mem0,mem-path=${start.image},size=${start.imageBytes},readonly=on`],
    ...['-device', 'virtio-scsi-pci,id=scsi0,disable-modern=true'],
    ...['-object', 'rng-random,id=rng0,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng0'],
    ...vsock,
    ...(start.sharesFiles ? sharedDirectory(`char-${start.deviceId}`, `${vm}/vhost-fs.sock`) : []),
    ...network(
      start.mac,
      (mac) => `driver=virtio-net-pci,netdev=network-0,mac=${mac},disable-modern=true,mq=on,vectors=4`,
    ),
    ...['-rtc', 'base=utc,driftfix=slew,clock=host', '-global', 'kvm-pit.lost_tick_policy=discard'],
    ...['-vga', 'none', '-no-user-config', '-nodefaults', '-nographic', '--no-reboot'],
    ...[
      '-object',
      `memory-backend-file,id=dimm1,size=${start.memoryMiB}M,mem-path=/dev/shm,share=${onOff(departures.memoryBackendShared)}`,
    ],
    ...['-numa', 'node,memdev=dimm1'],
    ...['-kernel', start.kernel, '-append', start.append, '-pidfile', `${vm}/pid`],
    ...['-smp', `${start.vcpus},cores=1,threads=1,sockets=${start.maxVcpus},maxcpus=${start.maxVcpus}`],
  ]
}

/** Command line of QEMU under the Rust shim (runtime-rs cmdline_generator.rs: sizes in the largest whole unit, no sockets in -smp). */
export function rustQemuCommandLine(start: QemuStart, departures: QemuDepartures): string[] {
  const run = `/run/kata/${start.sandboxId}`
  const vsock = departures.vsock
    ? ['-device', `vhost-vsock-pci,disable-modern=false,vhostfd=4,guest-cid=${start.guestCid}`]
    : []
  return [
    start.binary,
    ...['-name', `sandbox-${start.sandboxId},debug-threads=on`],
    ...['-kernel', start.kernel, '-append', start.append],
    ...['-m', rustMemory(start, departures)],
    ...[
      '-object',
      `memory-backend-file,id=entire-guest-memory-share,mem-path=/dev/shm,size=${wholeUnit(start.memoryMiB)},share=${onOff(departures.memoryBackendShared)},readonly=off`,
    ],
    ...['-numa', 'node,memdev=entire-guest-memory-share'],
    ...['-smp', `${start.vcpus},maxcpus=${start.maxVcpus}`, '-cpu', departures.qemuCpu],
    ...['-machine', machine(start, departures)],
    ...confidential(start),
    ...['-vga', 'none', '-no-user-config', '-nodefaults', '-nographic', '-no-reboot'],
    ...[
      '-uuid',
      start.uuid,
      '-qmp',
      `unix:path=${run}/qmp.sock,server=on,wait=off`,
      '-rtc',
      'base=utc,clock=host,driftfix=slew',
    ],
    ...['-device', 'pci-bridge,bus=pcie.0,id=pci-bridge-0,chassis_nr=1,shpc=off,addr=2'],
    ...[
      '-object',
      `memory-backend-file,id=mem0,mem-path=${start.image},size=${start.imageBytes},share=off,readonly=on`,
    ],
    ...['-device', 'nvdimm,memdev=mem0,unarmed=on'],
    ...['-device', 'virtio-scsi-pci,id=scsi0'],
    ...['-object', 'rng-random,id=rng0,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng0'],
    ...vsock,
    ...(start.sharesFiles ? sharedDirectory(`virtio-fs-dev-${start.deviceId}`, `${run}/virtiofsd.sock`) : []),
    ...network(start.mac, (mac) => `virtio-net-pci,netdev=network-0,mac=${mac},mq=on,vectors=4`),
  ]
}

function machine({ protection }: QemuStart, { accelerator }: QemuDepartures): string {
  const support = protection === null ? '' : `,kernel_irqchip=split,confidential-guest-support=${protection}`
  return `q35,accel=${accelerator},nvdimm=on${support}`
}

/** Objects of QEMU that make a guest a confidential one (govmm, qemu.go: TDXGuest, SNPGuest, SecExecGuest). */
const guestObjects = { tdx: 'tdx-guest,id=tdx', snp: 'sev-snp-guest,id=snp,cbitpos=51', se: 's390-pv-guest,id=se' }

const confidential = ({ protection }: QemuStart): string[] =>
  protection === null ? [] : ['-object', guestObjects[protection]]

function sharedDirectory(chardev: string, socket: string): string[] {
  const device = `vhost-user-fs-pci,chardev=${chardev},tag=kataShared,queue-size=1024`
  return ['-chardev', `socket,id=${chardev},path=${socket}`, '-device', device]
}

function network(mac: string | null, device: (mac: string) => string): string[] {
  return mac === null ? [] : ['-netdev', 'tap,id=network-0,vhost=on,vhostfds=5,fds=6', '-device', device(mac)]
}

function goMemory(start: QemuStart, departures: QemuDepartures): string {
  if (!departures.qemuMemorySlots) return `${start.memoryMiB}M`
  return `${start.memoryMiB}M,slots=${start.memorySlots},maxmem=${departures.qemuMaxmemMiB ?? start.maxMemoryMiB}M`
}

function rustMemory(start: QemuStart, departures: QemuDepartures): string {
  if (!departures.qemuMemorySlots) return wholeUnit(start.memoryMiB)
  const maximum = departures.qemuMaxmemMiB === null ? wholeUnit(start.maxMemoryMiB) : `${departures.qemuMaxmemMiB}M`
  return `${wholeUnit(start.memoryMiB)},slots=${start.memorySlots},maxmem=${maximum}`
}

function wholeUnit(memoryMiB: number): string {
  return memoryMiB % 1024 === 0 ? `${memoryMiB / 1024}G` : `${memoryMiB}M`
}

function onOff(value: boolean): 'on' | 'off' {
  return value ? 'on' : 'off'
}
