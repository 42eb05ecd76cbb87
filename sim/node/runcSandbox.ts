import { CriError, type SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { PidNamespace } from '../machine/machine.ts'
import type { ContainerMount, MachineContainer, MachineContainerSpec } from '../machine/machineContainer.ts'
import { MachineError } from '../machine/machineError.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import { runcMounts } from '../shims/standardMounts.ts'
import { capabilitiesOf } from './capabilities.ts'
import { runcCgroup, userOf } from './containerResources.ts'
import { deviceNumbers } from './deviceNumbers.ts'
import { hostFilesystem } from './hostMounts.ts'
import { taskDirectory } from './ociConfig.ts'
import { deviceGuard } from './nodePrograms.ts'
import type { PodNetwork } from './podNetwork.ts'
import type { ContainerStart, RunningContainer, Sandbox } from './sandbox.ts'
import type { SimNode } from './simNode.ts'

const shimBinary = '/usr/bin/containerd-shim-runc-v2'

const shm = { fstype: 'tmpfs', device: 'shm', options: 'rw,nosuid,nodev,noexec,relatime,size=65536k,inode64' }

export interface RuncSandboxOptions {
  node: SimNode
  id: string
  config: SandboxConfig
  /** null with hostNetwork. */
  network: PodNetwork | null
  hostname: string
  handler: string
}

/** Starts a sandbox of the node's default runtime: a shim and /pause; containers are processes of the node. */
export function startRuncSandbox({ node, id, config, network, hostname, handler }: RuncSandboxOptions): Sandbox {
  const { machine } = node
  const net = network?.namespace ?? machine.rootNetNamespace
  const ipc = config.namespaces.ipc === 'NODE' ? machine.rootIpcNamespace : machine.newIpcNamespace()
  const sharedPids = config.namespaces.pid === 'NODE' ? machine.rootPidNamespace : machine.newPidNamespace()
  for (const [name, value] of Object.entries(config.sysctls))
    machine.setSysctl(name.replaceAll('.', '/'), value, name.startsWith('net.') ? net : ipc)
  const shim = machine.spawn({
    comm: 'containerd-shim',
    argv: [shimBinary, '-namespace', 'k8s.io', '-id', id, '-address', '/run/containerd/containerd.sock'],
    exe: shimBinary,
    memory: { rssKiB: 2_048, shmemKiB: 0, pssKiB: 1_900 },
    cgroup: '/system.slice/containerd.service',
    threads: 11,
  })
  const pause = machine.spawn({
    comm: 'pause',
    argv: ['/pause'],
    exe: '/pause',
    uid: 65535,
    parent: shim.pid,
    pidNamespace: sharedPids,
    netNamespace: net,
    ipcNamespace: ipc,
    memory: { rssKiB: 36, shmemKiB: 0, pssKiB: 36 },
    cgroup: scope(config, id),
  })
  if (network !== null)
    node.network.attach({ namespace: net, ip: network.ip, ip6: network.ip6, node: node.name, kind: 'pod' })
  const containers = new Set<MachineContainer>()
  const pidNamespaces = new Map<string, PidNamespace>()

  return {
    id,
    config,
    handler,
    ips: network === null ? [node.ip] : [network.ip, ...(network.ip6 === null ? [] : [network.ip6])],
    pid: pause.pid,
    async startContainer(start) {
      const own = config.namespaces.pid === 'CONTAINER' ? machine.newPidNamespace() : sharedPids
      const pid = pidNamespaces.get(start.config.pidTarget ?? '') ?? own
      pidNamespaces.set(start.id, pid)
      const container = run(node, config, start, { pid, net, ipc }, hostname)
      node.snapshots.show(start.id, `${taskDirectory(start.id)}/rootfs`, container.layers)
      containers.add(container)
      const unload = machine.loadBpf(deviceGuard(start.config.security.privileged))
      void container.exited.then(unload)
      void container.exited.then(() => containers.delete(container))
      return runningContainer(container, scope(config, start.id))
    },
    async stop() {
      for (const container of containers) container.signal('KILL')
      pause.kill('KILL')
      shim.kill('KILL')
      if (network !== null) node.network.detach(network.ip)
    },
    onLost: (listener) => void shim.exited.then(listener),
  }
}

/** A departure: a container of a sandbox that is Kata's. */
export function runOnNode(
  node: SimNode,
  config: SandboxConfig,
  start: ContainerStart,
  network: PodNetwork | null,
): RunningContainer {
  const { machine } = node
  const net = network?.namespace ?? machine.rootNetNamespace
  const namespaces = { pid: machine.newPidNamespace(), net, ipc: machine.newIpcNamespace() }
  return runningContainer(run(node, config, start, namespaces, config.hostname), scope(config, start.id))
}

function run(
  node: SimNode,
  config: SandboxConfig,
  start: ContainerStart,
  namespaces: MachineContainerSpec['namespaces'],
  hostname: string,
): MachineContainer {
  const { config: container } = start
  const { privileged } = container.security
  const standard = runcMounts(privileged, node.scenario.cgroup)
  const volumes = container.mounts.map((mount): ContainerMount => {
    refuseInsideProc(node, mount, start.id)
    const shown = mount.containerPath === '/dev/shm' ? shm : hostFilesystem(node, mount.hostPath, mount.readonly)
    return { kind: 'bind', destination: mount.containerPath, source: mount.hostPath, ...shown }
  })
  try {
    return node.machine.runContainer({
      id: start.id,
      argv: start.argv,
      env: start.env,
      cwd: start.cwd,
      user: userOf(container.security),
      hostname,
      tty: container.tty,
      stdin: container.stdin,
      image: container.image,
      rootfs: {
        fstype: 'overlay',
        device: 'overlay',
        options: node.snapshots.optionsOf(start.id),
        readonly: container.security.readOnlyRootfs,
      },
      mounts: [...standard.first, ...volumes, ...standard.last],
      namespaces: { ...namespaces, uts: config.namespaces.network === 'NODE' ? 'host' : 'private' },
      oomScoreAdj: container.resources.oomScoreAdj,
      cgroup: runcCgroup(scope(config, start.id), container.resources),
      capabilities: capabilitiesOf(container.security),
      noNewPrivs: container.security.noNewPrivs,
      seccomp: container.security.seccomp ?? false,
      privileged,
      devices: [
        ...(privileged ? hostDevices(node.machine.files, '/dev') : []),
        ...container.devices.map(({ containerPath, hostPath }) => ({ path: containerPath, from: hostPath })),
      ].flatMap(({ path, from }) => {
        const numbers = deviceNumbers(node.machine.files, from)
        return numbers ? [{ path, ...numbers }] : []
      }),
      onOutput: start.onOutput,
    })
  } catch (error) {
    throw startError(error, start.argv[0] ?? '')
  }
}

/** Every device of the host, which a privileged container gets (containerd, oci.WithHostDevices: not the terminals, nor what is mounted there). */
function hostDevices(files: MachineFiles, directory: string): { path: string; from: string }[] {
  return files.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`
    const kind = files.kindOf(path)
    if (kind === 'directory') return ['pts', 'shm', 'mqueue', 'fd'].includes(name) ? [] : hostDevices(files, path)
    if ((kind !== 'characterDevice' && kind !== 'blockDevice') || name === 'console') return []
    return STANDARD_DEVICES.includes(name) ? [] : [{ path, from: path }]
  })
}

/** Made by the runtime in every container. */
const STANDARD_DEVICES = ['full', 'null', 'ptmx', 'random', 'tty', 'urandom', 'zero']

/** runc's guard (CVE-2019-16884): the same eight files as the agent's, and /proc itself only by procfs. */
function refuseInsideProc(node: SimNode, mount: { containerPath: string; hostPath: string }, id: string): void {
  const { containerPath: destination, hostPath } = mount
  if (!destination.startsWith('/proc')) return
  const allowed = ['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'net/dev', 'slabinfo'].some(
    (file) => destination === `/proc/${file}`,
  )
  const onProc = destination === '/proc' && (hostPath === '/proc' || hostPath.startsWith('/proc/'))
  if (allowed || onProc) return
  const rootfs = `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/rootfs${destination.replace('/proc/self', '/proc/1')}`
  const why =
    destination === '/proc'
      ? `"${rootfs}" cannot be mounted because it is not of type proc`
      : `create mount destination for ${destination} mount: check proc-safety of ${destination} mount: "${rootfs}" cannot be mounted because it is inside /proc`
  throw runcError(`error during container init: error mounting "${hostPath}" to rootfs at "${destination}": ${why}`)
}

function startError(error: unknown, executable: string): Error {
  if (!(error instanceof MachineError) || error.errno !== 'ENOENT')
    return runcError(error instanceof Error ? error.message : String(error))
  return runcError(executableMissing(executable))
}

/** runc's words for an executable that is not there. */
export function executableMissing(executable: string): string {
  const why = executable.includes('/')
    ? `stat ${executable}: no such file or directory`
    : 'executable file not found in $PATH'
  return `exec: "${executable}": ${why}`
}

function runcError(message: string): CriError {
  return new CriError(
    'Unknown',
    `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${message}: unknown`,
  )
}

function runningContainer(container: MachineContainer, cgroup: string): RunningContainer {
  return {
    exited: container.exited,
    stdin: container.stdin,
    signal: (signal) => container.signal(signal),
    update: async (resources) => container.limit(runcCgroup(cgroup, resources)),
    exec: (argv, options) => container.exec(argv, options),
    exitCodeOf: (_exec, code) => code,
    writtenBytes: () => container.writtenBytes(),
    usage: () => container.usage(),
    afterExit: () => undefined,
  }
}

/** Path of a container's cgroup under the pod's: a scope with the systemd driver. */
function scope(config: SandboxConfig, id: string): string {
  return config.cgroupParent.endsWith('.slice')
    ? `${config.cgroupParent}/cri-containerd-${id}.scope`
    : `${config.cgroupParent}/${id}`
}
