import { createClock } from '../clock.ts'
import { deployKata } from '../deployKata.ts'
import { departuresOf } from '../faults/faultDepartures.ts'
import type { KubeClient } from '../kubeClient.ts'
import { watchAllNodes } from '../kubelet/boundPods.ts'
import { startKubeletEndpoint, type KubeletEndpoint } from '../kubelet/endpoint.ts'
import type { SharedReads } from '../kubelet/kubelet.ts'
import { DEFAULT_CLUSTER, type ClusterSettings } from '../kubelet/kubeletContext.ts'
import { createNamedObjects } from '../kubelet/namedObjects.ts'
import { runtimeClassObjects } from '../node/clusterObjects.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { createNodes, startNode, type RunningNode } from '../simulatedNodes.ts'
import { announcement } from './announcement.ts'
import { authorizeCaller } from './authorizeCaller.ts'
import type { ClusterAccess } from './clusterAccess.ts'
import { createHttpClient } from './httpClient.ts'
import { checkJoin, JoinError } from './joinChecks.ts'
import { labelled } from './ownLabel.ts'
import { removeKataDeploy, removeLeftovers, removeNodes } from './removeJoined.ts'
import { servingCertificate } from './servingCertificate.ts'

export interface JoinOptions {
  access: ClusterAccess
  scenario: Scenario
  /** IP address of the kubelets, which the API server can reach and which is this machine's. */
  nodeAddress: string
  /** Where they listen, when what reaches the node address is forwarded; default the node address. */
  listen?: string
  /** Port of the first node's kubelet, the others follow; 0 lets the system choose each. */
  kubeletPort?: number
  /** False: sandboxes and containers start without the time that they take in life. Default true. */
  latencies?: boolean
  /** Is told what happens, in sentences. */
  tell?: (text: string) => void
}

export interface JoinedSimulation {
  readonly client: KubeClient
  readonly nodes: readonly string[]
  /** Removes what it made from the cluster, and ends. */
  close(): Promise<void>
}

/**
 * Pods have addresses of RFC 6598: they are no cluster's, and no route leads to them.
 * Only simulated pods and nodes of this process reach each other.
 */
const podNetwork = '100.64.0.0'

/** Nodes that register at once. */
const AT_ONCE = 32

/**
 * Nodes of a scenario join a real control plane: kubelets and machines without an API server, scheduler and controllers of ours. RuntimeClasses and
 * kata-deploy are created as in an embedded cluster. Time is real: a control plane's heartbeats, leases and tokens know no other.
 * @throws JoinError when the cluster must not be joined; KubeApiError
 */
export async function joinSimulation(options: JoinOptions): Promise<JoinedSimulation> {
  const { access, scenario, tell = () => {} } = options
  const departures = departuresOf(scenario.faults)
  const { runtimeClassAdmission, podSecurityAdmission, podSecurityLabels, quotaCountsOverhead, hostPathDevices } =
    departures
  const departs =
    scenario.kyverno !== undefined ||
    !runtimeClassAdmission ||
    !podSecurityAdmission ||
    podSecurityLabels !== 'kept' ||
    hostPathDevices !== 'refused' ||
    departures.requestsAboveLimits !== 'refused' ||
    departures.podQuota !== 'enforced' ||
    departures.cronJobs !== 'run' ||
    !quotaCountsOverhead
  if (departs || !scenario.admission.runtimeClass || !scenario.admission.podSecurity)
    throw new JoinError(
      'the scenario departs in the API server, which is the real one here: only nodes can be simulated',
    )
  const client = await createHttpClient(access)
  const classes = runtimeClassObjects(scenario, departures)
  const ending: (() => Promise<unknown> | void)[] = [() => client.close()]
  const end = () => allOf(ending.splice(0).reverse())
  try {
    await checkJoin(client, scenario, classes)
    for (const line of announcement(access, scenario, classes, options.nodeAddress)) tell(line)
    const left = await removeLeftovers(client)
    if (left.length > 0) tell(`removed what a simulation that was killed had left: ${left.join(', ')}`)

    const clock = createClock(1)
    const endpoint = await openEndpoint(client, options)
    ending.push(() => endpoint.close())
    const shared = sharedReads(client)
    ending.push(() => shared.close())
    let installed = false
    const nodes = createNodes({
      scenario,
      departures,
      clock,
      client,
      podNetwork,
      latencies: () => installed && options.latencies !== false,
    })
    // All of them are at one address: what is asked of a node's port there is answered by one of them.
    for (const { network, machine, name } of nodes)
      network.attach({ namespace: machine.rootNetNamespace, ip: options.nodeAddress, node: name, kind: 'node' })
    const running: RunningNode[] = []
    ending.push(async () => {
      await Promise.all(running.map(({ kubelet }) => kubelet.stop()))
      await removeNodes(client)
      await Promise.all(running.map(({ runtime }) => runtime.close()))
    })
    for (const object of classes) await client.create('/apis/node.k8s.io/v1/runtimeclasses', labelled(object))
    const cluster = await clusterSettings(client)
    const waiting = nodes.map((node, index) => ({ node, index }))
    const startNext = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const wanted = options.kubeletPort ? options.kubeletPort + next.index : 0
        const port = await endpoint.openPort(next.node.name, wanted)
        const door = { ...endpoint, address: options.nodeAddress, port }
        running.push(await startNode(next.node, scenario, { client, endpoint: door, shared, cluster }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, startNext))
    ending.push(() => removeKataDeploy(client, { kubelets: true }))
    await deployKata(client, scenario, departures, labelled)
    installed = true
    return { client, nodes: nodes.map(({ name }) => name), close: end }
  } catch (error) {
    await end().catch((failure: Error) => tell(`not everything was removed: ${failure.message}`))
    throw error
  }
}

/** Every step, whatever becomes of the others. Throws the first error. */
async function allOf(steps: readonly (() => Promise<unknown> | void)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

async function openEndpoint(
  client: Awaited<ReturnType<typeof createHttpClient>>,
  { scenario, nodeAddress, listen = nodeAddress }: JoinOptions,
): Promise<KubeletEndpoint> {
  const trusted = await client.get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')
  const clientCa = (trusted['data'] as Record<string, string> | undefined)?.['client-ca-file']
  if (clientCa === undefined)
    throw new JoinError(
      'the API server publishes no client CA (ConfigMap kube-system/extension-apiserver-authentication, client-ca-file): kubelets could not know who asks',
    )
  const { key, cert } = await servingCertificate(client, scenario.nodes[0]?.name ?? 'simulated', nodeAddress)
  try {
    const tls = { key, cert, clientCa }
    return await startKubeletEndpoint({ address: listen, tls, authorize: authorizeCaller(client, Date.now) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error
    throw new JoinError(
      `kubelets cannot listen at ${listen}: it is no address of this machine; give --listen where traffic to ${nodeAddress} is forwarded`,
    )
  }
}

function sharedReads(client: KubeClient): SharedReads & { close(): void } {
  const clock = createClock(1)
  const pods = watchAllNodes(client, clock)
  const configMaps = createNamedObjects(client, clock, 'configmaps')
  const secrets = createNamedObjects(client, clock, 'secrets')
  return {
    pods,
    configMaps,
    secrets,
    close() {
      pods.stop()
      configMaps.close()
      secrets.close()
    },
  }
}

/** Addresses of the cluster's own services, as its kubelets have them in their configuration. */
async function clusterSettings(client: KubeClient): Promise<Partial<ClusterSettings>> {
  const addressOf = async (namespace: string, name: string, otherwise: string) => {
    const service = await client.get(`/api/v1/namespaces/${namespace}/services/${name}`).catch(() => null)
    return (service?.['spec'] as { clusterIP?: string } | undefined)?.clusterIP ?? otherwise
  }
  return {
    apiServiceIp: await addressOf('default', 'kubernetes', DEFAULT_CLUSTER.apiServiceIp),
    dnsServer: await addressOf('kube-system', 'kube-dns', DEFAULT_CLUSTER.dnsServer),
  }
}
