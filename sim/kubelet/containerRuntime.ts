/**
 * The Container Runtime Interface as the simulated kubelet uses it: what kubelet asks of containerd, with the field's names
 * (cri-api runtime.v1). Implemented by sim/node on top of the modelled machines and shims.
 */
export interface SandboxConfig {
  podName: string
  podNamespace: string
  podUid: string
  attempt: number
  hostname: string
  labels: Record<string, string>
  annotations: Record<string, string>
  /** RuntimeClass.handler; '' is the node's default runtime. */
  runtimeHandler: string
  /** POD: own; NODE: the host's; CONTAINER (pid only): one per container. */
  namespaces: { network: 'POD' | 'NODE'; ipc: 'POD' | 'NODE'; pid: 'POD' | 'NODE' | 'CONTAINER' }
  privileged: boolean
  sysctls: Record<string, string>
  cgroupParent: string
  /** Sum over the pod: what the kubelet writes into overhead and resources of the sandbox. */
  resources: { cpuQuota: number | null; memoryLimitBytes: number | null }
  overhead: { cpuMillicores: number; memoryBytes: number }
  dns: { servers: string[]; searches: string[]; options: string[] }
}

/** A CRI mount is always a path of the host: kubelet has prepared volumes there. */
export interface CriMount {
  containerPath: string
  hostPath: string
  readonly: boolean
  propagation: 'private' | 'hostToContainer' | 'bidirectional'
}

export interface ContainerConfig {
  name: string
  attempt: number
  /** Container whose PID namespace it joins: NamespaceOption pid TARGET and target_id. */
  pidTarget?: string
  image: string
  /** Entrypoint and arguments; null takes the image's. */
  command: string[] | null
  args: string[] | null
  workingDir: string | null
  env: Record<string, string>
  mounts: CriMount[]
  /** volumeDevices: block device of the host at a path in the container. */
  devices: { containerPath: string; hostPath: string; permissions: string }[]
  resources: {
    cpuShares: number
    cpuQuota: number | null
    cpuPeriod: number
    memoryLimitBytes: number | null
    oomScoreAdj: number
    pidsLimit: number | null
  }
  security: {
    privileged: boolean
    capabilitiesAdd: string[]
    capabilitiesDrop: string[]
    noNewPrivs: boolean
    /** A profile of seccomp is asked for; default false. */
    seccomp?: boolean
    readOnlyRootfs: boolean
    runAsUser: number | null
    runAsGroup: number | null
    supplementalGroups: number[]
  }
  tty: boolean
  stdin: boolean
  /** Its standard input ends with the first client that attached to it. */
  stdinOnce?: boolean
  terminationMessagePath: string
}

export interface ContainerStatus {
  id: string
  sandboxId: string
  name: string
  attempt: number
  state: 'created' | 'running' | 'exited'
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
  exitCode: number | null
  /** Completed, Error, OOMKilled, StartError as containerd gives it. */
  reason: string | null
  message: string | null
}

/** One exec: streams of bytes both ways; what was said before there is a listener is kept for the first. `exit` settles when the process has ended. */
export interface ExecSession {
  stdin: { write(data: Uint8Array): void; end(): void }
  onStdout(listener: (data: Uint8Array) => void): void
  onStderr(listener: (data: Uint8Array) => void): void
  resize(columns: number, rows: number): void
  readonly exit: Promise<number>
  kill(): void
}

export interface LogLine {
  /** ms of the simulation's clock */
  at: number
  stream: 'stdout' | 'stderr'
  text: string
}

/** An error as containerd words it; kubelet puts it into events and states. `code` is the gRPC status. */
export class CriError extends Error {
  readonly code: 'Unknown' | 'NotFound' | 'DeadlineExceeded' | 'InvalidArgument'
  constructor(code: 'Unknown' | 'NotFound' | 'DeadlineExceeded' | 'InvalidArgument', message: string) {
    super(message)
    this.name = 'CriError'
    this.code = code
  }
}

/** What kubelet writes on its node: volumes. Paths are the host's. */
export interface HostFiles {
  makeDirectory(path: string, mode?: number): void
  /** A tmpfs (memory-backed emptyDir, Secret) mounted there. */
  mountTmpfs(path: string, sizeBytes: number | null): void
  writeFile(path: string, content: Uint8Array | string, mode?: number): void
  /** null when nothing is there. The kubelet reads termination messages and files of subPath checks. */
  readFile(path: string): Uint8Array | null
  /** fsGroup of a pod: group, writable for it, handed on to what is made in it (pkg/volume, SetVolumeOwnership). */
  giveToGroup(path: string, gid: number): void
  /** Replaces a symbolic link that is already there, as rename(2) of a new one would: ConfigMap volumes swap `..data`. */
  symlink(target: string, path: string): void
  /** With everything below; what is not there is no error. Never goes through mounts of host directories. */
  remove(path: string): void
  /** null when nothing is there. For hostPath type checks. */
  kindOf(path: string): 'directory' | 'file' | 'socket' | 'characterDevice' | 'blockDevice' | null
  /** Bytes below the path that are on the host: for eviction. */
  usage(path: string): number
  /** A departure: what volumes may hold is not looked at. */
  readonly ignoresVolumeLimits?: boolean
  /** A departure: overhead counts as a request when the QoS class is told. */
  readonly countsOverheadForQos?: boolean
  /** A departure: restarts are counted anew in each sandbox of a pod. */
  readonly forgetsRestarts?: boolean
  /** The node plug-in of a CSI driver: shows a volume at a path, made when it is first used. Absent: the node has no driver. */
  publishVolume?(volume: { handle: string; block: boolean; sizeBytes: number; target: string }): void
}

/** A TCP connection to a port of a pod. */
export interface ForwardedConnection {
  write(data: Uint8Array): void
  end(): void
  onData(listener: (data: Uint8Array) => void): void
  onEnd(listener: () => void): void
}

export interface ContainerUsage {
  /** Since its start. */
  cpuUsec: number
  memoryKiB: number
}

export interface ContainerRuntime {
  /** Name and version as in node.status.nodeInfo.containerRuntimeVersion: containerd://1.7.24 */
  readonly version: string
  readonly host: HostFiles
  /** Throws CriError: unknown handler, hypervisor failed, annotation refused… */
  runPodSandbox(config: SandboxConfig): Promise<{ id: string; ips: string[] }>
  stopPodSandbox(id: string): Promise<void>
  removePodSandbox(id: string): Promise<void>
  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>
  /** Throws CriError when the process cannot start (kubelet: StartError / RunContainerError). */
  startContainer(id: string): Promise<void>
  /** TERM, then KILL after the grace period; resolves when the container has exited. */
  stopContainer(id: string, gracePeriodMs: number): Promise<void>
  removeContainer(id: string): Promise<void>
  /** UpdateContainerResources. Throws CriError. */
  updateContainer(id: string, resources: ContainerConfig['resources']): Promise<void>
  /** null when unknown. After the loss of a sandbox its containers are exited with code 255 and reason Error. */
  containerStatus(id: string): ContainerStatus | null
  /** Bytes of the container's writable layer on the host (CRI ContainerStats.writable_layer): for eviction. */
  writableLayerBytes(id: string): number
  /** CPU time and memory of the container as the runtime counts them (CRI ContainerStats): of a container of Kata the guest's figures. */
  usage(id: string): ContainerUsage
  /** Called whenever a container exits or a sandbox is lost (its VM died): first for the sandbox, then for its containers. Returns how to stop listening. */
  onChange(
    listener: (change: { kind: 'containerExited'; id: string } | { kind: 'sandboxLost'; id: string }) => void,
  ): () => void
  /** Runs a command in a running container. Throws CriError when the command cannot be found or the container is not running. */
  exec(containerId: string, argv: string[], options: { tty: boolean; stdin: boolean }): Promise<ExecSession>
  /** exec for probes and lifecycle hooks. */
  execSync(
    containerId: string,
    argv: string[],
    timeoutMs: number,
  ): Promise<{ stdout: string; stderr: string; exitCode: number }>
  /** Streams of the container's first process (kubectl attach). Absent: attach shows output only. `exit` settles when the container ends. */
  attach?(containerId: string): ExecSession
  /** A TCP connection from the node to an address and port, as probes make it. Throws CriError worded as Go's net.Dial: `dial tcp 10.244.0.5:80: connect: connection refused`. */
  connect?(address: string, port: number, timeoutMs: number): Promise<void>
  /** An HTTP GET from the node. Throws like connect. */
  httpGet?(url: string, headers: Record<string, string>, timeoutMs: number): Promise<{ status: number; body: string }>
  /** Throws CriError when nothing listens there, or the sandbox is not ready. */
  forwardPort(sandboxId: string, port: number): Promise<ForwardedConnection>
  logs(containerId: string): readonly LogLine[]
  onLog(containerId: string, listener: (line: LogLine) => void): () => void
  /** Removes everything of the node: the end of the simulation. */
  close(): Promise<void>
}
