import { CriError, type SandboxConfig } from '../kubelet/containerRuntime.ts'
import { startKataSandbox } from '../shims/kataSandbox.ts'
import type { KataHandler } from '../shims/kataHandler.ts'
import { snapshotterOf } from './containerdConfig.ts'
import { containerId } from './identifiers.ts'
import { sandboxConfigJson, taskDirectory } from './ociConfig.ts'
import { addToNetwork, removeFromNetwork, type PodNetwork } from './podNetwork.ts'
import { startRuncSandbox } from './runcSandbox.ts'
import type { Sandbox, StartTimes } from './sandbox.ts'
import { removeSandboxFiles, writeSandboxFiles } from './sandboxDirectory.ts'
import type { SimNode } from './simNode.ts'
import { startTimes } from './startTimes.ts'

export interface SandboxRecord {
  sandbox: Sandbox
  /** null: the default runtime. */
  handler: KataHandler | null
  hostname: string
  /** null: the node's own. */
  network: PodNetwork | null
  times: StartTimes
  createdAt: number
  state: 'ready' | 'notReady'
}

/** The sandboxes of a node. */
export interface Sandboxes {
  run(config: SandboxConfig): Promise<{ id: string; ips: string[] }>
  stop(id: string): Promise<void>
  remove(id: string): Promise<void>
  stopAll(): Promise<void>
  get(id: string): SandboxRecord | undefined
  all(): SandboxRecord[]
}

/** @param onLost called when a sandbox ended by itself */
export function createSandboxes(node: SimNode, onLost: (id: string) => void): Sandboxes {
  const records = new Map<string, SandboxRecord>()
  const { files } = node.machine

  const start = async (
    id: string,
    config: SandboxConfig,
    handler: KataHandler | null,
    network: PodNetwork | null,
    hostname: string,
  ): Promise<Sandbox> => {
    if (handler === null)
      return startRuncSandbox({ node, id, config, network, hostname, handler: reportedHandler(node, config) })
    return startKataSandbox({ node, handler, id, config, network })
  }

  const clean = (id: string, network: PodNetwork | null) => {
    files.remove(taskDirectory(id))
    removeSandboxFiles(files, id)
    if (network === null) return
    removeFromNetwork(node, network)
    if (network.path !== null) files.remove(network.path)
  }

  const twinsOf = ({ handler, sandbox }: SandboxRecord): SandboxRecord[] =>
    [...records.values()].filter(
      (other) =>
        other.state === 'ready' &&
        other.handler === handler &&
        labelsOfPod(other.sandbox.config) === labelsOfPod(sandbox.config),
    )

  const lose = (record: SandboxRecord) => {
    record.state = 'notReady'
    onLost(record.sandbox.id)
  }

  const networks = new Map<string, PodNetwork | null>()
  return {
    async run(config) {
      const handler = handlerOf(node, config)
      const times = startTimes(handler, node.latencies(), node.departures.cloudHypervisorStartFactor)
      requireSnapshotter(node, handler)
      await node.clock.sleep(times.sandbox * node.noise(0.05) * (handler === null ? 1 : node.startFactor))
      const id = containerId()
      const network = config.namespaces.network === 'NODE' ? null : addToNetwork(node, handler !== null)
      const hostname = network === null ? node.name : config.hostname
      if (network?.path) node.machine.bindNetNamespace(network.path, network.namespace)
      writeSandboxFiles(files, id, config, hostname)
      files.write(`${taskDirectory(id)}/config.json`, sandboxConfigJson(id, config, network?.path ?? null))
      let sandbox: Sandbox
      try {
        sandbox = await start(id, config, handler, network, hostname)
      } catch (error) {
        clean(id, network)
        throw error
      }
      const createdAt = node.clock.now()
      const record: SandboxRecord = { sandbox, handler, hostname, network, times, createdAt, state: 'ready' }
      records.set(id, record)
      networks.set(id, network)
      sandbox.onLost(() => {
        if (record.state !== 'ready') return
        lose(record)
        if (node.departures.lostSandboxTakes === 'twins')
          for (const twin of twinsOf(record)) {
            lose(twin)
            void twin.sandbox.stop()
          }
      })
      return { id, ips: sandbox.ips }
    },
    async stop(id) {
      const record = records.get(id)
      if (!record) return
      record.state = 'notReady'
      await record.sandbox.stop()
      if (!networks.has(id)) return
      clean(id, networks.get(id) ?? null)
      networks.delete(id)
    },
    async remove(id) {
      await this.stop(id)
      records.delete(id)
    },
    async stopAll() {
      for (const id of [...records.keys()]) await this.remove(id)
    },
    get: (id) => records.get(id),
    all: () => [...records.values()],
  }
}

/** Those that the kubelet adds name the one pod. */
function labelsOfPod({ labels }: SandboxConfig): string {
  const own = Object.entries(labels).filter(([key]) => !key.startsWith('io.kubernetes.pod.'))
  return JSON.stringify(own.sort())
}

/** containerd's GetSandboxRuntime. @throws CriError in its words. null: the default runtime. */
function handlerOf(node: SimNode, config: SandboxConfig): KataHandler | null {
  const name = config.runtimeHandler
  const heeded = node.departures.untrustedAnnotation === 'refused-with-a-class'
  if (heeded && config.annotations['io.kubernetes.cri.untrusted-workload'] === 'true') {
    const why =
      name === ''
        ? 'no runtime for "untrusted" is configured'
        : 'untrusted workload with explicit runtime handler is not allowed'
    throw new CriError('Unknown', `failed to get sandbox runtime: ${why}`)
  }
  if (name === '' || name === node.scenario.defaultRuntime) return null
  const handler = node.handlers.get(name)
  if (handler) return node.departures.kataHandlersRunBy === 'runc' ? null : handler
  if (node.departures.unknownHandler === 'default-runtime') return null
  if (node.departures.nodesWithoutKata === 'run' && !node.scenario.kata) return null
  throw new CriError('Unknown', `failed to get sandbox runtime: no runtime for "${name}" is configured`)
}

function reportedHandler(node: SimNode, config: SandboxConfig): string {
  return node.handlers.has(config.runtimeHandler) && !node.departures.criReportsHandler ? '' : config.runtimeHandler
}

function requireSnapshotter(node: SimNode, handler: KataHandler | null): void {
  const snapshotter = handler === null ? null : snapshotterOf(handler, node.departures)
  if (node.departures.missingSnapshotter === 'replaced') return
  if (snapshotter === null || node.scenario.snapshotters.includes(snapshotter)) return
  const why = node.departures.missingSnapshotterNamed
    ? `snapshotter ${snapshotter} was not found: not found`
    : 'not found'
  throw new CriError(
    'NotFound',
    `failed to start sandbox: failed to create containerd container: error unpacking image: ${why}`,
  )
}
