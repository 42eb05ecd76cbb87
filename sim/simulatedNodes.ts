import type { Clock } from './clock.ts'
import type { Departures } from './faults/departures.ts'
import { KubeApiError, type KubeClient } from './kubeClient.ts'
import { startKubelet, type Kubelet, type KubeletOptions } from './kubelet/kubelet.ts'
import type { ContainerRuntime } from './kubelet/containerRuntime.ts'
import { createMachine } from './machine/createMachine.ts'
import { createClusterNetwork } from './node/clusterNetwork.ts'
import { nodeObject } from './node/clusterObjects.ts'
import { createClusterServices } from './node/clusterServices.ts'
import { createContainerRuntime } from './node/containerRuntime.ts'
import { createNetworkPolicies } from './node/networkPolicies.ts'
import { createNode } from './node/createNode.ts'
import { distribution } from './node/distributions.ts'
import { handlersOf } from './node/handlersOf.ts'
import { listenAsKubelet } from './node/kubeletPort.ts'
import { createPodLookup } from './node/podLookup.ts'
import type { SimNode } from './node/simNode.ts'
import { createNodeConnection, type NodeConnection } from './nodeConnection.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { kataRelease } from './shims/kataRelease.ts'

/**
 * The machines of a scenario's nodes, on one network.
 * @param options.podNetwork the first node's pods have the /24 after it
 * @param options.latencies false while what starts takes no time
 */
export function createNodes(options: {
  scenario: Scenario
  departures: Departures
  clock: Clock
  client: KubeClient
  podNetwork: string
  latencies: () => boolean
}): SimNode[] {
  const { scenario, departures, clock, client, podNetwork, latencies } = options
  const release = kataRelease(scenario.kataVersion)
  const handlers = handlersOf(scenario, release, departures)
  const services = createClusterServices(client)
  const network = createClusterNetwork(() => services, departures, {
    scenario: scenario.network,
    policies: createNetworkPolicies(client),
  })
  const pods = createPodLookup(client)
  const kata = scenario.nodes.filter((node) => node.kata)
  return scenario.nodes.map((node, index) =>
    createNode({
      scenario: node,
      number: index + 1,
      podNetwork,
      kataNumber: node.kata ? kata.indexOf(node) + 1 : null,
      mode: scenario.mode,
      distribution: distribution(scenario.distribution),
      release,
      departures,
      clock,
      containerdVersion: scenario.containerdVersion,
      handlers,
      network,
      networkScenario: scenario.network,
      pods,
      latencies,
      createMachine,
    }),
  )
}

/** A node at work: its kubelet, and containerd below. */
export interface RunningNode {
  readonly kubelet: Kubelet
  readonly runtime: ContainerRuntime
  readonly connection: NodeConnection
}

/** Starts containerd and kubelet of a node: it registers, and runs what is bound to it. */
export async function startNode(
  node: SimNode,
  scenario: Scenario,
  options: Pick<KubeletOptions, 'client' | 'endpoint' | 'shared' | 'cluster' | 'images'> & {
    /** InternalIP of the node; default that of the endpoint. */
    address?: string
  },
): Promise<RunningNode> {
  const runtime = createContainerRuntime(node)
  listenAsKubelet(node, options.endpoint.port)
  const { runtimeClassAdmission, longEventsRecorded, nodesWithoutKata } = node.departures
  const client = longEventsRecorded ? options.client : withoutLongEvents(options.client)
  const connection = createNodeConnection(runtimeClassAdmission ? client : withoutMissingClasses(client))
  const kubelet = await startKubelet({
    ...options,
    cluster: { ...options.cluster, checksNodeAffinity: nodesWithoutKata === 'refuse' || node.scenario.kata },
    client: connection.client,
    clock: node.clock,
    runtime,
    node: nodeObject(node, scenario, options.address),
  })
  return { runtime, kubelet, connection }
}

/** The departure: the API server takes no event with a backtrace in it. */
function withoutLongEvents(client: KubeClient): KubeClient {
  return {
    ...client,
    async create(path, object) {
      const message = object.kind === 'Event' ? String(object['message']) : ''
      if (message.includes('Stack backtrace'))
        throw new KubeApiError(422, 'Invalid', 'message: Too long: may not be more than 1024 bytes')
      return client.create(path, object)
    },
  }
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
