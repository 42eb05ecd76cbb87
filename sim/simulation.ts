import { startApiServer, type ApiServer } from './apiserver/apiServer.ts'
import type { AuditEvent } from './apiserver/http/audit.ts'
import { createClock, type Clock } from './clock.ts'
import { startControllers } from './controllers/controllers.ts'
import type { Departures } from './faults/departures.ts'
import { departuresOf } from './faults/faultDepartures.ts'
import { KubeApiError, type KubeClient } from './kubeClient.ts'
import { startKubeletEndpoint, type KubeletEndpoint } from './kubelet/endpoint.ts'
import { startKubelet } from './kubelet/kubelet.ts'
import { createMachine } from './machine/createMachine.ts'
import { createClusterNetwork } from './node/clusterNetwork.ts'
import { kataDeployObjects, nodeObject, runtimeClassObjects } from './node/clusterObjects.ts'
import { createClusterServices } from './node/clusterServices.ts'
import { createContainerRuntime } from './node/containerRuntime.ts'
import { createNode } from './node/createNode.ts'
import { createNodeConnection, type NodeConnection } from './nodeConnection.ts'
import { handlersOf } from './node/handlersOf.ts'
import { createPodLookup } from './node/podLookup.ts'
import type { SimNode } from './node/simNode.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { kataRelease } from './shims/kataRelease.ts'

export interface SimulationOptions {
  scenario: Scenario
  /** 1 is natural, 10 ten times faster, Infinity without latencies. */
  speed: number
  /** Of the API server; 0 (default) lets the system choose. */
  port?: number
  /** Told of every request to the API server that came over HTTP, once it is answered. */
  audit?: (event: AuditEvent) => void
}

/** A running simulated cluster. */
export interface Simulation {
  /** YAML text. */
  readonly kubeconfig: string
  /** http://127.0.0.1:PORT of the API server. */
  readonly url: string
  /** In process, as system:masters. */
  readonly client: KubeClient
  readonly nodes: readonly SimNode[]
  /** The node falls silent, as when its machine or its kubelet dies: no heartbeat, no status, no exec, until it returns. Its containers run on. */
  silence(node: string): void
  /** The node comes back. */
  restore(node: string): void
  /** Ends every process, server and timer of the simulation. */
  close(): Promise<void>
}

/** Real ms: kata-deploy's pods start like any other, in seconds at natural speed. */
const rolloutDeadlineMs = 30_000

/** Starts a cluster: API server, controllers, scheduler, nodes with their kubelets, RuntimeClasses and kata-deploy, rolled out. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { scenario } = options
  const departures = departuresOf(scenario.faults)
  const clock = createClock(options.speed)
  const admission = {
    ...scenario.admission,
    runtimeClass: scenario.admission.runtimeClass && departures.runtimeClassAdmission,
  }
  const endpoint = await startKubeletEndpoint()
  const api = await startApiServer({
    clock,
    kubernetesVersion: scenario.kubernetesVersion,
    admission,
    port: options.port ?? 0,
    takeStream({ host, port }, request, socket, head) {
      if (host !== endpoint.address || port !== endpoint.port) return false
      return endpoint.accept(request, socket, head)
    },
    ...(options.audit === undefined ? {} : { audit: options.audit }),
  })
  const client = api.client('kata-sim')
  let installed = false
  const nodes = createNodes(scenario, departures, clock, client, () => installed)
  const controllers = await startControllers({ client: api.client('kube-controller-manager'), clock })
  const scheduler = startScheduler({ client: api.client('kube-scheduler'), clock })
  for (const object of runtimeClassObjects(scenario, departures))
    await client.create('/apis/node.k8s.io/v1/runtimeclasses', object)
  const running = await Promise.all(nodes.map((node) => startNode(node, api, endpoint, scenario, departures)))
  const connectionOf = (name: string): NodeConnection => {
    const found = running.find(({ kubelet }) => kubelet.nodeName === name)
    if (!found) throw new Error(`the scenario has no node ${name}; ${nodes.map((node) => node.name).join(', ')}`)
    return found.connection
  }
  await deployKata(client, scenario)
  installed = true
  return {
    kubeconfig: api.kubeconfig(),
    url: api.url,
    client,
    nodes,
    silence(node) {
      connectionOf(node).cut()
      endpoint.silence(node)
    },
    restore(node) {
      connectionOf(node).mend()
      endpoint.speak(node)
    },
    async close() {
      await Promise.all(running.map(({ kubelet }) => kubelet.stop()))
      scheduler.stop()
      controllers.stop()
      await Promise.all(running.map(({ runtime }) => runtime.close()))
      await endpoint.close()
      await api.close()
    },
  }
}

function createNodes(
  scenario: Scenario,
  departures: Departures,
  clock: Clock,
  client: KubeClient,
  latencies: () => boolean,
): SimNode[] {
  const release = kataRelease(scenario.kataVersion)
  const handlers = handlersOf(scenario, release, departures)
  const services = createClusterServices(client)
  const network = createClusterNetwork(() => services, departures)
  const pods = createPodLookup(client)
  const kata = scenario.nodes.filter((node) => node.kata)
  return scenario.nodes.map((node, index) =>
    createNode({
      scenario: node,
      number: index + 1,
      kataNumber: node.kata ? kata.indexOf(node) + 1 : null,
      mode: scenario.mode,
      release,
      departures,
      clock,
      containerdVersion: scenario.containerdVersion,
      handlers,
      network,
      pods,
      latencies,
      createMachine,
    }),
  )
}

async function startNode(
  node: SimNode,
  api: ApiServer,
  endpoint: KubeletEndpoint,
  scenario: Scenario,
  departures: Departures,
) {
  const runtime = createContainerRuntime(node)
  const client = departures.runtimeClassAdmission ? api.client('kubelet') : withoutMissingClasses(api.client('kubelet'))
  const connection = createNodeConnection(client)
  const kubelet = await startKubelet({
    client: connection.client,
    clock: node.clock,
    runtime,
    node: nodeObject(node, scenario.kubernetesVersion),
    endpoint,
  })
  return { runtime, kubelet, connection }
}

/** The departure: a RuntimeClass that does not exist is to the kubelet one without handler, so the default runtime. */
function withoutMissingClasses(client: KubeClient): KubeClient {
  return {
    ...client,
    async get(path) {
      try {
        return await client.get(path)
      } catch (error) {
        const missing =
          error instanceof KubeApiError && error.code === 404 && path.startsWith('/apis/node.k8s.io/v1/runtimeclasses/')
        if (!missing) throw error
        return {
          apiVersion: 'node.k8s.io/v1',
          kind: 'RuntimeClass',
          metadata: { name: path.split('/').at(-1) ?? '' },
          handler: '',
        }
      }
    },
  }
}

/** Installs kata-deploy's objects and waits until its DaemonSet is rolled out: the cluster is handed over installed. */
async function deployKata(client: KubeClient, scenario: Scenario): Promise<void> {
  const { namespace, daemonSet } = kataDeployObjects(scenario)
  const name = scenario.kataDeployNamespace
  if (name !== 'kube-system') await client.create('/api/v1/namespaces', namespace)
  const path = `/apis/apps/v1/namespaces/${name}/daemonsets`
  const created = await client.create(path, daemonSet)
  const wanted = scenario.nodes.filter((node) => node.kata).length
  const rolledOut = new AbortController()
  const signal = AbortSignal.any([rolledOut.signal, AbortSignal.timeout(rolloutDeadlineMs)])
  for await (const { object } of client.watch(path, {
    resourceVersion: created.metadata.resourceVersion ?? '',
    signal,
  })) {
    const { numberReady, numberAvailable } = (object.status ?? {}) as Record<string, number>
    if (object.metadata.name !== 'kata-deploy' || numberReady !== wanted || numberAvailable !== wanted) continue
    rolledOut.abort()
    return
  }
  throw new Error(
    `kata-deploy was not rolled out on ${wanted} nodes within ${rolloutDeadlineMs / 1000} s; see the pods of namespace ${name}`,
  )
}
