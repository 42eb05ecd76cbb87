import type { Clock } from '../../../sim/clock.ts'
import {
  CriError,
  type ContainerConfig,
  type ContainerRuntime,
  type ContainerStatus,
  type ExecSession,
  type HostFiles,
  type LogLine,
  type SandboxConfig,
} from '../../../sim/kubelet/containerRuntime.ts'

type Kind = NonNullable<ReturnType<HostFiles['kindOf']>>

interface FakeContainer {
  config: ContainerConfig
  status: ContainerStatus
  log: LogLine[]
  onLine: Set<(line: LogLine) => void>
}

/** A runtime without machines: the test says what containers do. */
export interface FakeRuntime extends ContainerRuntime {
  readonly calls: string[]
  readonly sandboxes: Map<string, SandboxConfig>
  readonly files: Map<string, { kind: Kind; content: string }>
  /** Ids of containers of that name, the oldest first. */
  ids(name: string): string[]
  config(id: string): ContainerConfig
  /** The container's process ends. */
  exit(id: string, code: number, reason?: string): void
  /** The sandbox's VM dies with all in it. */
  lose(sandboxId: string): void
  print(id: string, text: string, stream?: 'stdout' | 'stderr'): void
  /** What exec and execSync answer. */
  command: (argv: string[], containerId: string) => { stdout?: string; stderr?: string; exitCode: number }
  sandboxError: string | null
  /** ms that a sandbox takes to come up. */
  sandboxMs: number
  startError: string | null
  /** Exit code on TERM; null ignores it until KILL. */
  onTerm: number | null
  usageOf: Map<string, number>
}

export function createFakeRuntime(clock: Clock): FakeRuntime {
  const containers = new Map<string, FakeContainer>()
  const listeners = new Set<Parameters<ContainerRuntime['onChange']>[0]>()
  const sandboxes = new Map<string, SandboxConfig>()
  const files: FakeRuntime['files'] = new Map()
  const calls: string[] = []
  let serial = 0

  const finish = (id: string, code: number, reason?: string) => {
    const { status } = containers.get(id)!
    if (status.state === 'exited') return
    Object.assign(status, {
      state: 'exited',
      exitCode: code,
      finishedAt: clock.now(),
      reason: reason ?? (code === 0 ? 'Completed' : 'Error'),
    })
    for (const listener of [...listeners]) listener({ kind: 'containerExited', id })
  }
  const running = (id: string) => {
    const container = containers.get(id)
    if (container?.status.state !== 'running')
      throw new CriError(
        'Unknown',
        `failed to exec in container: container is in CONTAINER_${container?.status.state.toUpperCase()} state`,
      )
    return container
  }

  const runtime: FakeRuntime = {
    version: 'containerd://1.7.24',
    calls,
    sandboxes,
    files,
    host: fakeFiles(files, (path) => runtime.usageOf.get(path) ?? 0),
    sandboxError: null,
    sandboxMs: 5,
    startError: null,
    onTerm: 0,
    usageOf: new Map(),
    command: () => ({ exitCode: 0 }),
    ids: (name) => [...containers].filter(([, { config }]) => config.name === name).map(([id]) => id),
    config: (id) => containers.get(id)!.config,
    exit: finish,
    lose(sandboxId) {
      for (const listener of [...listeners]) listener({ kind: 'sandboxLost', id: sandboxId })
      for (const [id, { status }] of containers) if (status.sandboxId === sandboxId) finish(id, 255, 'Error')
    },
    print(id, text, stream = 'stdout') {
      const line = { at: clock.now(), stream, text }
      containers.get(id)!.log.push(line)
      for (const listener of containers.get(id)!.onLine) listener(line)
    },
    forwardPort: (sandboxId) => Promise.reject(new CriError('Unknown', `nothing listens in ${sandboxId}`)),
    async runPodSandbox(config) {
      calls.push(`runPodSandbox ${config.podName} ${config.runtimeHandler}`)
      await clock.sleep(runtime.sandboxMs)
      if (runtime.sandboxError) throw new CriError('Unknown', runtime.sandboxError)
      serial += 1
      sandboxes.set(`sandbox-${serial}`, config)
      return { id: `sandbox-${serial}`, ips: config.namespaces.network === 'NODE' ? [] : [`10.244.0.${serial}`] }
    },
    async stopPodSandbox(id) {
      calls.push(`stopPodSandbox ${id}`)
      for (const [containerId, { status }] of containers)
        if (status.sandboxId === id && status.state === 'running') finish(containerId, 137)
    },
    async removePodSandbox(id) {
      sandboxes.delete(id)
    },
    async createContainer(sandboxId, config) {
      serial += 1
      const id = `container-${serial}`
      const status: ContainerStatus = {
        id,
        sandboxId,
        name: config.name,
        attempt: config.attempt,
        state: 'created',
        createdAt: clock.now(),
        startedAt: null,
        finishedAt: null,
        exitCode: null,
        reason: null,
        message: null,
      }
      containers.set(id, { config, status, log: [], onLine: new Set() })
      return id
    },
    async startContainer(id) {
      const { status } = containers.get(id)!
      calls.push(`startContainer ${status.name}`)
      if (runtime.startError) {
        Object.assign(status, {
          state: 'exited',
          exitCode: 128,
          reason: 'StartError',
          message: runtime.startError,
          finishedAt: clock.now(),
          startedAt: 0,
        })
        throw new CriError('Unknown', runtime.startError)
      }
      Object.assign(status, { state: 'running', startedAt: clock.now() })
    },
    async stopContainer(id, grace) {
      calls.push(`stopContainer ${containers.get(id)?.config.name} ${grace}`)
      await clock.sleep(runtime.onTerm === null ? grace : 1)
      finish(id, runtime.onTerm ?? 137)
    },
    async removeContainer(id) {
      containers.delete(id)
    },
    async updateContainer(id) {
      calls.push(`updateContainer ${containers.get(id)?.config.name}`)
    },
    containerStatus: (id) => (containers.has(id) ? { ...containers.get(id)!.status } : null),
    writableLayerBytes: (id) => runtime.usageOf.get(id) ?? 0,
    usage: () => ({ cpuUsec: 0, memoryKiB: 0 }),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async exec(id, argv, options) {
      running(id)
      if (argv[0] === 'nosuch')
        throw new CriError(
          'Unknown',
          `failed to exec in container: failed to start exec "x": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown`,
        )
      return argv[0] === 'cat' && options.stdin ? echoSession() : answerSession(runtime.command(argv, id))
    },
    async execSync(id, argv) {
      running(id)
      const { stdout = '', stderr = '', exitCode } = runtime.command(argv, id)
      return { stdout, stderr, exitCode }
    },
    logs(id) {
      const container = containers.get(id)
      if (!container) throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`)
      return container.log
    },
    onLog(id, listener) {
      containers.get(id)?.onLine.add(listener)
      return () => void containers.get(id)?.onLine.delete(listener)
    },
    close: async () => {},
  }
  return runtime
}

/** A process that has said all it says and ends with the code. */
function answerSession(answer: { stdout?: string; stderr?: string; exitCode: number }): ExecSession {
  return {
    stdin: { write: () => {}, end: () => {} },
    onStdout: (listener) => {
      if (answer.stdout) listener(Buffer.from(answer.stdout))
    },
    onStderr: (listener) => {
      if (answer.stderr) listener(Buffer.from(answer.stderr))
    },
    resize: () => {},
    exit: Promise.resolve(answer.exitCode),
    kill: () => {},
  }
}

/** cat: gives back its input until that ends. */
function echoSession(): ExecSession {
  const out: ((data: Uint8Array) => void)[] = []
  let end: (code: number) => void = () => {}
  const exit = new Promise<number>((resolve) => (end = resolve))
  return {
    stdin: { write: (data) => out.forEach((listener) => listener(data)), end: () => end(0) },
    onStdout: (listener) => void out.push(listener),
    onStderr: () => {},
    resize: () => {},
    exit,
    kill: () => end(137),
  }
}

function fakeFiles(files: FakeRuntime['files'], usage: (path: string) => number): HostFiles {
  const links = new Map<string, string>()
  const resolve = (path: string): string => {
    const parts = path.split('/')
    for (let length = 2; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join('/')
      const target = links.get(prefix)
      if (target !== undefined)
        return resolve([prefix.slice(0, prefix.lastIndexOf('/')), target, ...parts.slice(length)].join('/'))
    }
    return path
  }
  return {
    makeDirectory: (path) => void files.set(resolve(path), { kind: 'directory', content: '' }),
    giveToGroup: () => undefined,
    mountTmpfs: (path, size) => void files.set(path, { kind: 'directory', content: `tmpfs ${size}` }),
    writeFile: (path, content) =>
      void files.set(resolve(path), { kind: 'file', content: Buffer.from(content).toString() }),
    readFile(path) {
      const file = files.get(resolve(path))
      return file?.kind === 'file' ? Buffer.from(file.content) : null
    },
    symlink: (target, path) => void links.set(path, target),
    remove(path) {
      for (const known of [...files.keys()]) if (known === path || known.startsWith(`${path}/`)) files.delete(known)
      for (const known of [...links.keys()]) if (known === path || known.startsWith(`${path}/`)) links.delete(known)
    },
    kindOf: (path) => files.get(resolve(path))?.kind ?? null,
    usage,
  }
}
