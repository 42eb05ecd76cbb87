import type { ContainerConfig, SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { Machine, PidNamespace } from '../machine/machine.ts'
import type { ContainerMount, MachineContainer, MachineContainerSpec } from '../machine/machineContainer.ts'
import type { NetNamespace } from '../machine/machineNetwork.ts'
import { capabilitiesOf } from '../node/capabilities.ts'
import { cpuWeight, userOf } from '../node/containerResources.ts'
import { macAddress } from '../node/identifiers.ts'
import { rootVolume } from '../node/nodeHardware.ts'
import { linkLocal, setInterfaces, setLoopbackOnly, type PodNetwork } from '../node/podNetwork.ts'
import type { ContainerStart } from '../node/sandbox.ts'
import type { SimNode } from '../node/simNode.ts'
import { createGuestDisks, type GuestDisks } from './guestDisks.ts'
import { createGuestVolumes } from './guestVolumes.ts'
import type { KataHandler } from './kataHandler.ts'
import { leakProcesses } from './leakedProcesses.ts'
import type { ShimConfig } from './shimConfig.ts'
import { withBacktrace } from './backtrace.ts'
import { agentMounts } from './standardMounts.ts'
import type { VirtualMachine } from './virtualMachine.ts'
import { type HostMounts, nineP } from './volumeMounts.ts'

export interface SandboxGuestOptions {
  node: SimNode
  handler: KataHandler
  settings: ShimConfig
  sandboxId: string
  config: SandboxConfig
  network: PodNetwork | null
  vm: VirtualMachine
  host: HostMounts
  /** The pod's first VM has its address. */
  first: boolean
  giveBack(vm: VirtualMachine): void
}

/** A pod's part of a guest: namespaces, /pause, volumes, containers. */
export interface SandboxGuest {
  readonly vm: VirtualMachine
  run(start: ContainerStart): Promise<MachineContainer>
  containers(): MachineContainer[]
  /** What a leaking PID namespace shows of the node, brought up to date. */
  refreshLeakedProcesses(): void
  release(): void
}

export function createGuest(options: SandboxGuestOptions): SandboxGuest {
  const { node, sandboxId, config, vm, settings } = options
  const { guest } = vm
  const { departures } = node
  const net = guestNetwork(options)
  const routes = [...net.routes]
  const pidNamespace = guest.newPidNamespace()
  const ipcNamespace = guest.newIpcNamespace()
  guest.spawn({
    comm: 'pause',
    argv: ['/pause'],
    exe: '/pause',
    uid: 65535,
    pidNamespace,
    netNamespace: net,
    cgroup: `${podCgroup(config)}/${sandboxId}`,
  })
  for (const [name, value] of Object.entries(departures.podSysctls === 'set' ? config.sysctls : {}))
    guest.setSysctl(name.replaceAll('.', '/'), value, name.startsWith('net.') ? net : ipcNamespace)
  // Cloud Hypervisor and Firecracker have the root file system on the first disk.
  const disks = createGuestDisks(
    guest,
    node.machine.files,
    settings,
    options.handler.hypervisor === 'qemu' ? 0 : 1,
    departures,
  )
  const confidential = options.handler.variant !== null
  const volumes = createGuestVolumes(
    node,
    guest,
    disks,
    settings,
    { id: sandboxId, confidential, language: options.handler.language },
    options.host,
  )
  const running = new Map<string, MachineContainer>()
  const leak =
    departures.hostPidShows === 'node' && config.namespaces.pid === 'NODE'
      ? leakProcesses(node.machine, guest, pidNamespace)
      : null

  return {
    vm,
    async run(start) {
      if (!departures.guestRoutesKept) net.routes = [...routes]
      if (!departures.stockClassPlugs && settings.disableBlockDeviceUse && start.config.devices.length > 0)
        throw new Error(withBacktrace('block device use is disabled'))
      const exists = (path: string) => guest.files.kindOf(path) !== null
      const { privileged } = start.config.security
      const standard = agentMounts(privileged, departures.guestCgroup, exists, departures.privilegedSysctls)
      if (privileged) plugNodeDisks(node, disks)
      const mounts = [...standard.first, ...volumes.mountsOf(start.id, start.config.mounts), ...standard.last]
      leak?.refresh()
      const pid = pidNamespaceFor(options, start, guest, pidNamespace)
      const container = guest.runContainer({
        ...containerSpec(options, start, disks, mounts, { pid, net, ipc: ipcNamespace }),
        leavesProcesses: departures.processesOfEnded === 'left' && pid === pidNamespace,
      })
      running.set(start.id, container)
      void container.exited.then(() => running.delete(start.id))
      return container
    },
    containers: () => [...running.values()],
    refreshLeakedProcesses: () => leak?.refresh(),
    release() {
      for (const container of running.values()) container.signal('KILL')
      volumes.end()
      if (options.network !== null && options.first) node.network.detach(options.network.ip)
      options.giveBack(vm)
    },
  }
}

/**
 * eth0 with the MAC, address, MTU and routes of the pod's interface on the node; with hostNetwork there is none to take over: containerd names no
 * network namespace, and the shim makes an empty one (katautils/network_linux.go).
 */
function guestNetwork({ node, handler, network, vm, first }: SandboxGuestOptions): NetNamespace {
  const { departures } = node
  const namespace = vm.guest.rootNetNamespace
  if (network === null || network.mac === null) {
    setLoopbackOnly(namespace)
    if (departures.hostNetworkShows === 'node') {
      namespace.interfaces = [...node.machine.rootNetNamespace.interfaces]
      namespace.routes = [...node.machine.rootNetNamespace.routes]
    }
    if (departures.hostNetworkTouchesHost) addTap(node.machine.rootNetNamespace)
    return namespace
  }
  const { peer: _peer, ...outer } = network.eth0
  setInterfaces(namespace, {
    ...outer,
    ip: departures.guestAddress ? network.ip : null,
    mac: departures.guestMac === 'pod' ? network.mac : macAddress(),
    mtu: departures.guestMtu === 'pod' ? network.mtu : departures.guestMtu,
    gateway: departures.guestDefaultRoute ? network.gateway : null,
    // Since 3.17.0 (kata-containers, "add the mtu support for updating routes").
    routeMtu: departures.guestRouteMtu ? (outer.routeMtu ?? null) : null,
    driver: departures.guestNic,
  })
  const tap = departures.tapDevice && first
  if (tap) addTap(network.namespace)
  if (first)
    node.network.attach({
      namespace,
      ip: network.ip,
      ip6: network.ip6,
      node: node.name,
      kind: 'kata-pod',
      outer: network.namespace,
      shim: handler.language,
      hypervisor: handler.hypervisor,
    })
  return namespace
}

/** The tap device of the VM, tied to eth0 by tc filters (internetworking_model tcfilter; recorded). */
function addTap(namespace: NetNamespace): void {
  const mac = macAddress()
  const mtu = namespace.interfaces.find(({ name }) => name === 'eth0')?.mtu ?? 1500
  namespace.interfaces.push({ name: 'tap0_kata', mac, mtu, addresses: [`${linkLocal(mac)}/64`], up: true })
}

/** hostPID, shareProcessNamespace and another container's namespace all mean the sandbox's (kata_agent.go handlePidNamespace). */
function pidNamespaceFor(
  { node, config }: SandboxGuestOptions,
  start: ContainerStart,
  guest: Machine,
  sandbox: PidNamespace,
): PidNamespace {
  const { hostPidShows, sandboxPidNamespaceByDefault, shareProcessNamespaceWorks } = node.departures
  if (config.namespaces.pid === 'NODE') {
    const root =
      hostPidShows === 'guest-root' ||
      (hostPidShows === 'guest-root-when-privileged' && start.config.security.privileged)
    return root ? guest.rootPidNamespace : sandbox
  }
  if (config.namespaces.pid === 'POD') return shareProcessNamespaceWorks ? sandbox : guest.newPidNamespace()
  return sandboxPidNamespaceByDefault || start.config.pidTarget !== undefined ? sandbox : guest.newPidNamespace()
}

function containerSpec(
  options: SandboxGuestOptions,
  start: ContainerStart,
  disks: GuestDisks,
  mounts: ContainerMount[],
  namespaces: MachineContainerSpec['namespaces'],
): MachineContainerSpec {
  const { config: container } = start
  const { departures } = options.node
  return {
    id: start.id,
    argv: start.argv,
    env: departures.guestEnvironment === 'kept' ? start.env : onlyOwn(start.env),
    cwd: start.cwd,
    user: departures.guestUser === 'kept' ? userOf(container.security) : { uid: 0, gid: 0, groups: [] },
    // The agent sets no host name for a pod of the host's network: the guest keeps its own (recorded).
    hostname:
      options.config.namespaces.network === 'NODE' || departures.guestHostName === 'guest'
        ? 'localhost'
        : options.config.hostname,
    tty: container.tty,
    stdin: container.stdin,
    image: container.image,
    rootfs: { ...rootFilesystem(options), readonly: container.security.readOnlyRootfs },
    mounts,
    namespaces,
    oomScoreAdj: container.resources.oomScoreAdj,
    cgroup: guestCgroup(options.node, options.config, start.id, container.resources),
    capabilities: capabilitiesOf({
      ...container.security,
      capabilitiesAdd: [
        ...(departures.addedCapabilities === 'given' ? container.security.capabilitiesAdd : []),
        ...departures.furtherCapabilities,
      ],
    }),
    withheld: container.security.privileged ? options.node.departures.privilegedLacks : [],
    noNewPrivs: container.security.noNewPrivs,
    privileged: container.security.privileged,
    devices: container.devices.map(({ containerPath, hostPath, permissions }) => ({
      ...disks.plug(hostPath, !permissions.includes('w')),
      type: 'b',
      path: containerPath,
    })),
    // The agent of 3.26.0 sets no device filter on cgroup v2: a hostPath block device is read without being listed (recorded).
    anyDevice: true,
    onOutput: start.onOutput,
  }
}

/** The departures: disks of the node in the guest of a privileged container, as a handler without privileged_without_host_devices has them (container.go, createBlockDevices). */
function plugNodeDisks({ machine, departures }: SimNode, disks: GuestDisks): void {
  const plugged = {
    none: () => false,
    all: (name: string) => !name.startsWith('loop'),
    root: (name: string) => name === rootVolume.name,
  }[departures.privilegedDisks]
  for (const name of machine.files.list('/sys/block').filter(plugged)) disks.plug(`/dev/${name}`, false)
}

const imageInGuest = '/run/kata-containers/image/layers/1'

/** What an image's process has anyway. */
const onlyOwn = ({ PATH = '', HOSTNAME = '' }: Record<string, string>) => ({ PATH, HOSTNAME })

function rootFilesystem({ node, settings, handler }: SandboxGuestOptions): {
  fstype: string
  device: string
  options: string
} {
  // An image that the guest pulled itself lies there in layers (image-rs).
  if (settings.sharedFs === 'none' && handler.variant !== null)
    return { fstype: 'overlay', device: 'overlay', options: `rw,relatime,lowerdir=${imageInGuest},upperdir=/run/image` }
  if (settings.sharedFs === 'none') return { fstype: 'ext4', device: '/dev/vdb', options: 'rw,relatime' }
  return node.departures.sharedFilesystem === '9p'
    ? nineP('rw')
    : { fstype: 'virtiofs', device: 'none', options: `rw,relatime${settings.virtiofsCacheMiB > 0 ? ',dax' : ''}` }
}

/** The pod's cgroup on its node, by the cgroupfs driver's names: the agent makes the same path in the guest (recorded in an OOM report). */
const podCgroup = ({ cgroupParent }: SandboxConfig): string => {
  if (!cgroupParent.endsWith('.slice')) return cgroupParent
  const [name = ''] = cgroupParent.split('/').at(-1)!.split('.slice')
  const [, quality, uid = ''] = /^kubepods-(?:(besteffort|burstable)-)?(pod.*)$/.exec(name) ?? []
  return `/kubepods${quality ? `/${quality}` : ''}/${uid.replaceAll('_', '-')}`
}

/** The container's limits in the guest. The agent of 3.26.0 leaves memory.oom.group alone (recorded: oom_group_kill 0). */
export function guestCgroup(
  { departures }: SimNode,
  sandbox: SandboxConfig,
  id: string,
  { memoryLimitBytes, cpuQuota, cpuPeriod, cpuShares, pidsLimit }: ContainerConfig['resources'],
): MachineContainerSpec['cgroup'] {
  const memory =
    memoryLimitBytes === null || !departures.memoryLimitWritten
      ? null
      : memoryLimitBytes - departures.memoryLimitLessMiB * 1024 * 1024
  const quota =
    cpuQuota === null
      ? departures.cpuQuotaWithoutLimitUs
      : !departures.cpuQuotaWritten
        ? null
        : departures.cpuQuotaRoundedUp
          ? Math.ceil(cpuQuota / cpuPeriod) * cpuPeriod
          : cpuQuota
  return {
    path: `${podCgroup(sandbox)}/${id}`,
    memoryMaxBytes: memory,
    cpuQuota: quota,
    cpuPeriod,
    cpuWeight: cpuWeight(cpuShares),
    pidsMax: pidsLimit,
    enforced: { memory: departures.memoryLimitEnforced, cpu: departures.cpuQuotaEnforced },
    oomGroup: false,
  }
}
