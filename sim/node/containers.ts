import {
  CriError,
  type ContainerConfig,
  type ContainerStatus,
  type ContainerUsage,
  type ExecSession,
} from '../kubelet/containerRuntime.ts'
import type { MachineExec } from '../machine/machineContainer.ts'
import { MachineError } from '../machine/machineError.ts'
import { withBacktrace } from '../shims/backtrace.ts'
import { attachSession } from './attachSession.ts'
import { execSession } from './execSession.ts'
import { containerId } from './identifiers.ts'
import { processOf } from './imageConfig.ts'
import { createLogBuffer, type LogBuffer } from './logBuffer.ts'
import { snapshotterOf } from './containerdConfig.ts'
import { storeImage } from './contentStore.ts'
import { containerConfigJson, taskDirectory } from './ociConfig.ts'
import { executableMissing } from './runcSandbox.ts'
import type { RunningContainer } from './sandbox.ts'
import { withSandboxMounts } from './sandboxDirectory.ts'
import type { SandboxRecord, Sandboxes } from './sandboxes.ts'
import type { SimNode } from './simNode.ts'
import { turnOf } from './turnOf.ts'

interface ContainerRecord {
  status: ContainerStatus
  config: ContainerConfig
  sandbox: SandboxRecord
  log: LogBuffer
  /** Clients that are attached to it. */
  viewers: Set<(stream: 'stdout' | 'stderr', data: string) => void>
  running: RunningContainer | null
  /** Resolves once the exit is noted. */
  ended: Promise<void>
  noteEnd: () => void
}

/** The containers of a node, as containerd keeps them. */
export interface Containers {
  create(sandboxId: string, config: ContainerConfig): Promise<string>
  start(id: string): Promise<void>
  stop(id: string, gracePeriodMs: number): Promise<void>
  stopAllOf(sandboxId: string): Promise<void>
  update(id: string, resources: ContainerConfig['resources']): Promise<void>
  remove(id: string): void
  removeAllOf(sandboxId: string): void
  /** The VM is gone: what ran in it has ended with code 255 (recorded). */
  sandboxLost(sandboxId: string): void
  status(id: string): ContainerStatus | null
  writableLayerBytes(id: string): number
  usage(id: string): ContainerUsage
  exec(id: string, argv: string[], tty: boolean): Promise<ExecSession>
  attach(id: string): ExecSession
  execSync(id: string, argv: string[], timeoutMs: number): Promise<{ stdout: string; stderr: string; exitCode: number }>
  log(id: string): LogBuffer
  all(): { status: ContainerStatus; image: string }[]
}

export function createContainers(node: SimNode, sandboxes: Sandboxes, onExit: (id: string) => void): Containers {
  const records = new Map<string, ContainerRecord>()
  const { clock, departures, machine } = node
  const known = (id: string): ContainerRecord => {
    const record = records.get(id)
    if (!record) throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`)
    return record
  }
  const of = (sandboxId: string) => [...records.values()].filter((record) => record.status.sandboxId === sandboxId)

  const finish = (record: ContainerRecord, exitCode: number, reason: string) => {
    if (record.status.state === 'exited') return
    record.log.flush()
    record.status = { ...record.status, state: 'exited', finishedAt: clock.now(), exitCode, reason }
    record.noteEnd()
    onExit(record.status.id)
    record.running?.afterExit(exitCode)
  }

  const startFailed = (record: ContainerRecord, error: Error) => {
    record.status = {
      ...record.status,
      state: 'exited',
      finishedAt: clock.now(),
      exitCode: 128,
      reason: 'StartError',
      message: error.message,
    }
    record.noteEnd()
  }

  const begin = async (record: ContainerRecord): Promise<void> => {
    const { sandbox, config, status } = record
    const process = processOf(config, sandbox.hostname)
    const mounts = withSandboxMounts(config.mounts, status.sandboxId, sandbox.sandbox.config.namespaces.ipc === 'NODE')
    machine.files.write(
      `${taskDirectory(status.id)}/config.json`,
      containerConfigJson(
        status.id,
        status.sandboxId,
        sandbox.sandbox.config,
        config,
        process.argv,
        sandbox.sandbox.pid,
      ),
    )
    record.running = await sandbox.sandbox.startContainer({
      id: status.id,
      config: { ...config, mounts },
      ...process,
      onOutput(stream, data) {
        record.log.write(stream, data)
        for (const viewer of record.viewers) viewer(stream, data)
      },
    })
    record.status = { ...status, state: 'running', startedAt: clock.now() }
    void record.running.exited.then(({ code, oomKilled }) =>
      finish(record, code, oomKilled ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error'),
    )
    if (!departures.initContainersAwaited && sandbox.handler !== null) {
      const { init } = await node.pods.containerOf(sandbox.sandbox.config, config.name)
      if (init) finish(record, 0, 'Completed')
    }
  }

  const startExec = (record: ContainerRecord, argv: string[], tty: boolean): MachineExec => {
    if (record.status.state !== 'running' || record.running === null) {
      throw new CriError(
        'Unknown',
        `failed to exec in container: container is in CONTAINER_${record.status.state.toUpperCase()} state`,
      )
    }
    try {
      return record.running.exec(argv, { tty })
    } catch (error) {
      throw new CriError('Unknown', execFailure(record, argv[0] ?? '', error))
    }
  }

  return {
    async create(sandboxId, config) {
      const sandbox = sandboxes.get(sandboxId)
      if (!sandbox || sandbox.state !== 'ready')
        throw new CriError('NotFound', `failed to find sandbox id "${sandboxId}": not found`)
      const id = containerId()
      const nydus = sandbox.handler !== null && snapshotterOf(sandbox.handler, departures) === 'nydus'
      storeImage(machine.files, config.image, !nydus || departures.nydusLayers === 'node')
      const limits =
        sandbox.handler === null
          ? { lost: [], lines: Infinity }
          : {
              lost: turnOf(departures, config) % departures.streamsLostOfEvery === 0 ? departures.lostStreams : [],
              lines: departures.logLines,
            }
      let noteEnd = () => {}
      const ended = new Promise<void>((resolve) => (noteEnd = resolve))
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
      records.set(id, {
        status,
        config,
        sandbox,
        log: createLogBuffer(() => clock.now(), limits),
        viewers: new Set(),
        running: null,
        ended,
        noteEnd,
      })
      return id
    },
    async start(id) {
      const record = known(id)
      await clock.sleep(record.sandbox.times.container)
      try {
        await begin(record)
      } catch (error) {
        startFailed(record, error as Error)
        throw error instanceof CriError ? error : new CriError('Unknown', (error as Error).message)
      }
    },
    async stop(id, gracePeriodMs) {
      const record = known(id)
      if (record.status.state !== 'running' || record.running === null) return
      const enough = new AbortController()
      record.running.signal('TERM')
      await Promise.race([record.ended, clock.sleep(gracePeriodMs, enough.signal).catch(() => {})])
      enough.abort()
      if (records.get(id)?.status.state === 'running') record.running.signal('KILL')
      await record.ended
    },
    async stopAllOf(sandboxId) {
      const running = of(sandboxId).filter((record) => record.status.state === 'running')
      for (const record of running) record.running?.signal('KILL')
      await Promise.all(running.map((record) => record.ended))
    },
    async update(id, resources) {
      const record = known(id)
      if (record.status.state !== 'running' || record.running === null)
        throw new CriError('Unknown', `failed to update resources: container ${id} is not running`)
      await record.running.update(resources)
      record.config = { ...record.config, resources }
    },
    remove(id) {
      if (!records.delete(id)) return
      node.snapshots.remove(id)
      machine.files.remove(taskDirectory(id))
    },
    removeAllOf(sandboxId) {
      for (const record of of(sandboxId)) this.remove(record.status.id)
    },
    sandboxLost(sandboxId) {
      for (const record of of(sandboxId)) if (record.status.state === 'running') finish(record, 255, 'Error')
    },
    status: (id) => records.get(id)?.status ?? null,
    writableLayerBytes: (id) => records.get(id)?.running?.writtenBytes() ?? 0,
    usage: (id) => records.get(id)?.running?.usage() ?? { cpuUsec: 0, memoryKiB: 0 },
    async exec(id, argv, tty) {
      const record = known(id)
      await clock.sleep(record.sandbox.times.exec)
      const exec = startExec(record, argv, tty)
      return execSession(exec, (code) => record.running?.exitCodeOf(exec, code) ?? code)
    },
    attach(id) {
      const { status, running, viewers, ended, config } = known(id)
      if (status.state !== 'running' || running === null) {
        const state = `CONTAINER_${status.state.toUpperCase()}`
        throw new CriError('Unknown', `failed to attach container: container is in ${state} state`)
      }
      return attachSession(running.stdin, viewers, ended, config)
    },
    async execSync(id, argv, timeoutMs) {
      const record = known(id)
      // Hooks come without a limit of time.
      if (timeoutMs <= 0 && record.sandbox.handler !== null && departures.lifecycleHooks === 'skipped')
        return { stdout: '', stderr: '', exitCode: 0 }
      await clock.sleep(record.sandbox.times.exec)
      const exec = startExec(record, argv, false)
      const output = { stdout: '', stderr: '' }
      exec.onOutput((stream, data) => (output[stream] += Buffer.from(data).toString('utf8')))
      exec.endStdin()
      const code = await withTimeout(node, exec, argv, timeoutMs)
      const exitCode = record.running?.exitCodeOf(exec, code) ?? code
      // Hooks come without a limit of time: only probes are concerned.
      const failed = record.sandbox.handler !== null && departures.execProbes === 'always-fail' && timeoutMs > 0
      return { ...output, exitCode: failed && exitCode === 0 ? 1 : exitCode }
    },
    log: (id) => known(id).log,
    all: () => [...records.values()].map(({ status, config }) => ({ status, image: config.image })),
  }
}

async function withTimeout(
  node: SimNode,
  exec: MachineExec,
  argv: readonly string[],
  timeoutMs: number,
): Promise<number> {
  if (timeoutMs <= 0) return exec.exit
  const enough = new AbortController()
  const late = node.clock.sleep(timeoutMs, enough.signal).then(
    () => null,
    () => null,
  )
  const code = await Promise.race([exec.exit, late])
  enough.abort()
  if (code !== null) return code
  exec.kill('KILL')
  throw new CriError(
    'DeadlineExceeded',
    `failed to exec in container: timeout ${timeoutMs / 1000}s exceeded: context deadline exceeded (${argv.join(' ')})`,
  )
}

/** The words of runc, and of the Kata agent with its backtrace (recorded). */
function execFailure(record: ContainerRecord, executable: string, error: unknown): string {
  const { id } = record.status
  const missing = error instanceof MachineError && error.errno === 'ENOENT'
  const text = error instanceof Error ? error.message : String(error)
  const prefix = `failed to exec in container: failed to start exec "${containerId()}":`
  if (record.sandbox.handler === null) {
    return `${prefix} OCI runtime exec failed: exec failed: unable to start container process: ${missing ? executableMissing(executable) : text}: unknown`
  }
  const why = withBacktrace(missing ? `the file ${executable} was not found` : text)
  return `${prefix} cannot enter container ${id}, with err rpc error: code = Internal desc = ${why}: not found`
}
