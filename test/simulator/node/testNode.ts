import { createClock } from '../../../sim/clock.ts'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import type { ContainerConfig, ContainerRuntime, SandboxConfig } from '../../../sim/kubelet/containerRuntime.ts'
import { createMachine } from '../../../sim/machine/createMachine.ts'
import type { Machine } from '../../../sim/machine/machine.ts'
import { embeddedPodNetwork } from '../../../sim/node/addresses.ts'
import { createClusterNetwork } from '../../../sim/node/clusterNetwork.ts'
import { createContainerRuntime } from '../../../sim/node/containerRuntime.ts'
import { createNode } from '../../../sim/node/createNode.ts'
import { distribution } from '../../../sim/node/distributions.ts'
import { handlersOf } from '../../../sim/node/handlersOf.ts'
import type { PodLookup } from '../../../sim/node/podLookup.ts'
import type { SimNode } from '../../../sim/node/simNode.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import { kataRelease } from '../../../sim/shims/kataRelease.ts'

export interface TestNode {
  node: SimNode
  /** Guests in the order of their boots. */
  guests: Machine[]
  runtime: ContainerRuntime
  /** Output of a command on the node, as the probe would run it. */
  onNode(command: string): Promise<string>
  pod(handler: string, options?: PodOptions): Promise<TestPod>
  close(): Promise<void>
}

export interface NodeTestOptions {
  faults?: string[]
  kataVersion?: string
  scenario?: string
  kataNumber?: number
  snapshotters?: string[]
  pods?: Partial<PodLookup>
  speed?: number
}

export interface PodOptions {
  sandbox?: Partial<SandboxConfig>
  containers?: Partial<ContainerConfig>[]
  /** Start no containers. */
  bare?: boolean
}

export interface TestPod {
  id: string
  ips: string[]
  containers: string[]
  start(config?: Partial<ContainerConfig>): Promise<string>
  /** Standard output of a shell command in a container of the pod. */
  sh(command: string, container?: number): Promise<string>
  exec(argv: string[], container?: number): Promise<{ stdout: string; stderr: string; exitCode: number }>
}

const sleeper = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done']

/** A Kata node of the documented scenario, without kubelet and API server. */
export async function startTestNode(options: NodeTestOptions = {}): Promise<TestNode> {
  const scenario = await loadScenario(options.scenario ?? 'small', {
    faults: options.faults ?? [],
    ...(options.kataVersion ? { kataVersion: options.kataVersion } : {}),
  })
  const departures = departuresOf(scenario.faults)
  const release = kataRelease(scenario.kataVersion)
  const network = createClusterNetwork(() => ({ endpoint: async () => null, lookup: async () => [] }), departures)
  const pods: PodLookup = {
    containerOf: async () => ({ init: false, ephemeral: false, requests: { cpuMillicores: 0, memoryBytes: 0 } }),
    restarts: async () => false,
    ...options.pods,
  }
  const machines: Machine[] = []
  const node = createNode({
    scenario: { ...scenario.nodes[0]!, ...(options.snapshotters ? { snapshotters: options.snapshotters } : {}) },
    number: 1,
    podNetwork: embeddedPodNetwork,
    kataNumber: options.kataNumber ?? 1,
    mode: scenario.mode,
    distribution: distribution(scenario.distribution),
    release,
    departures,
    clock: createClock(options.speed ?? Infinity),
    containerdVersion: scenario.containerdVersion,
    handlers: handlersOf(scenario, release, departures),
    network,
    networkScenario: scenario.network,
    pods,
    latencies: () => true,
    createMachine(spec) {
      const machine = createMachine(spec)
      machines.push(machine)
      return machine
    },
  })
  const runtime = createContainerRuntime(node)
  let probe: TestPod | null = null
  const pod = async (handler: string, podOptions: PodOptions = {}) => startPod(runtime, handler, podOptions)
  return {
    node,
    get guests() {
      return machines.slice(1)
    },
    runtime,
    pod,
    async onNode(command) {
      probe ??= await pod('', {
        sandbox: { namespaces: { network: 'NODE', ipc: 'NODE', pid: 'NODE' }, privileged: true },
        containers: [
          {
            name: 'probe',
            mounts: [{ containerPath: '/host', hostPath: '/', readonly: false, propagation: 'private' }],
            security: { ...security, privileged: true },
          },
        ],
      })
      return probe.sh(`chroot /host sh -c '${command.replaceAll("'", `'\\''`)}'`)
    },
    close: () => runtime.close(),
  }
}

/** Of a container without a securityContext. */
export const security: ContainerConfig['security'] = {
  privileged: false,
  capabilitiesAdd: [],
  capabilitiesDrop: [],
  noNewPrivs: false,
  readOnlyRootfs: false,
  runAsUser: null,
  runAsGroup: null,
  supplementalGroups: [],
}

/** Runs with a node under these faults, and closes it. */
export async function onNode<T>(
  faults: string[],
  use: (test: TestNode) => Promise<T>,
  options: NodeTestOptions = {},
): Promise<T> {
  const test = await startTestNode({ faults, ...options })
  try {
    return await use(test)
  } finally {
    await test.close()
  }
}

/** Starts one pod on a node with these faults and asks it. */
export function inPod<T>(
  faults: string[],
  handler: string,
  options: PodOptions,
  use: (pod: TestPod, test: TestNode) => Promise<T>,
): Promise<T> {
  return onNode(faults, async (test) => use(await test.pod(handler, options), test))
}

/** limits and requests of a container as the kubelet hands them on. */
export function resources(limits: { cpu?: number; memoryMiB?: number } = {}): ContainerConfig['resources'] {
  return {
    cpuShares: 2,
    cpuQuota: limits.cpu ? limits.cpu * 100 : null,
    cpuPeriod: 100_000,
    memoryLimitBytes: limits.memoryMiB ? limits.memoryMiB * 1024 * 1024 : null,
    oomScoreAdj: 0,
    pidsLimit: null,
  }
}

let serial = 0

async function startPod(runtime: ContainerRuntime, handler: string, options: PodOptions): Promise<TestPod> {
  const name = `pod-${++serial}`
  const configs = options.bare ? [] : (options.containers ?? [{}])
  const quota = configs.reduce((sum, config) => sum + (config.resources?.cpuQuota ?? 0), 0)
  const memory = configs.reduce((sum, config) => sum + (config.resources?.memoryLimitBytes ?? 0), 0)
  const { id, ips } = await runtime.runPodSandbox({
    podName: name,
    podNamespace: 'default',
    podUid: `0000-${serial}`,
    attempt: 0,
    hostname: name,
    labels: {},
    annotations: {},
    runtimeHandler: handler,
    namespaces: { network: 'POD', ipc: 'POD', pid: 'CONTAINER' },
    privileged: false,
    sysctls: {},
    cgroupParent: `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0000_${serial}.slice`,
    resources: { cpuQuota: quota || null, memoryLimitBytes: memory || null },
    overhead: { cpuMillicores: 250, memoryBytes: 160 * 1024 * 1024 },
    dns: { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local'], options: ['ndots:5'] },
    ...options.sandbox,
  })
  const containers: string[] = []
  const start = async (config: Partial<ContainerConfig> = {}) => {
    const container = await runtime.createContainer(id, {
      name: `c${containers.length}`,
      attempt: 0,
      image: 'busybox:1.36',
      command: sleeper,
      args: null,
      workingDir: null,
      env: {},
      mounts: [],
      devices: [],
      resources: resources(),
      security,
      tty: false,
      stdin: false,
      terminationMessagePath: '/dev/termination-log',
      ...config,
    })
    containers.push(container)
    await runtime.startContainer(container)
    return container
  }
  for (const config of configs) await start(config)
  const exec = (argv: string[], container = 0) => runtime.execSync(containers[container] ?? '', argv, 0)
  return {
    id,
    ips,
    containers,
    start,
    exec,
    sh: async (command, container) => (await exec(['sh', '-c', command], container)).stdout,
  }
}
