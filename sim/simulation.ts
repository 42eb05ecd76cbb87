import { startApiServer } from './apiserver/apiServer.ts'
import type { AuditEvent, AuditLevel } from './apiserver/http/audit.ts'
import { createClock } from './clock.ts'
import { startControllers } from './controllers/controllers.ts'
import { deployKata } from './deployKata.ts'
import { departuresOf } from './faults/faultDepartures.ts'
import type { KubeClient } from './kubeClient.ts'
import { startKubeletEndpoint } from './kubelet/endpoint.ts'
import { embeddedPodNetwork } from './node/addresses.ts'
import type { Departures } from './faults/departures.ts'
import { kyvernoObjects } from './node/kyvernoObjects.ts'
import { startVolumeProvisioner } from './controllers/volumeProvisioner.ts'
import { addOnObjects, agentUnderKata } from './node/clusterAddOns.ts'
import { runtimeClassObjects, storageClassObjects } from './node/clusterObjects.ts'
import type { NodeConnection } from './nodeConnection.ts'
import type { SimNode } from './node/simNode.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { createImageService } from './kubelet/imageService.ts'
import { createNodes, startNode } from './simulatedNodes.ts'
import { startKataDeploy } from './upgrade/kataDeployAtWork.ts'
import { upgradeCourse } from './upgrade/upgradeFaults.ts'

export interface SimulationOptions {
  scenario: Scenario
  /** 1 is natural, 10 ten times faster, Infinity without latencies. */
  speed: number
  /** Of the API server; 0 (default) lets the system choose. */
  port?: number
  /** How upgrades of kata-deploy go wrong here: names of sim/upgrade/upgradeFaults.ts. */
  upgradeFaults?: readonly string[]
  /** Told of every request to the API server that came over HTTP, once it is answered. */
  audit?: (event: AuditEvent) => void
  /** How much it is told; default Metadata. */
  auditLevel?: AuditLevel
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

function whenPoliciesMutate({ mutatingWebhook, reinvocation }: Departures): 'first' | 'late' | 'never' {
  if (!mutatingWebhook) return 'never'
  return reinvocation ? 'first' : 'late'
}

/** Starts a cluster: API server, controllers, scheduler, nodes with their kubelets, RuntimeClasses and kata-deploy, rolled out. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { scenario } = options
  const course = upgradeCourse(options.upgradeFaults ?? [])
  const departures = { ...departuresOf(scenario.faults), ...course.throughout }
  const clock = createClock(options.speed)
  const admission = {
    ...scenario.admission,
    runtimeClass: scenario.admission.runtimeClass && departures.runtimeClassAdmission,
    podSecurity: scenario.admission.podSecurity && departures.podSecurityAdmission,
    podSecurityLabels: departures.podSecurityLabels,
    quotaCountsOverhead: departures.quotaCountsOverhead,
    ...(scenario.kyverno ? { kyverno: { mutates: whenPoliciesMutate(departures) } } : {}),
    hostPathDevices: departures.hostPathDevices,
    requestsAboveLimits: departures.requestsAboveLimits,
    podQuota: departures.podQuota,
  }
  const endpoint = await startKubeletEndpoint()
  const api = await startApiServer({
    clock,
    kubernetesVersion: scenario.kubernetesVersion,
    admission,
    port: options.port ?? 0,
    kubeletHost: endpoint.address,
    takeStream({ host, port }, request, socket, head) {
      if (host !== endpoint.address || port !== endpoint.port) return false
      return endpoint.accept(request, socket, head)
    },
    ...(options.audit === undefined ? {} : { audit: options.audit }),
    ...(options.auditLevel === undefined ? {} : { auditLevel: options.auditLevel }),
  })
  const client = api.client('kata-sim')
  let installed = false
  const nodes = createNodes({
    scenario,
    departures,
    clock,
    client,
    podNetwork: embeddedPodNetwork,
    latencies: () => installed,
  })
  const controllers = await startControllers({
    client: api.client('kube-controller-manager'),
    clock,
    quotaCountsOverhead: departures.quotaCountsOverhead,
    cronJobs: departures.cronJobs === 'run',
    further: scenario.storageClasses.length > 0 ? [startVolumeProvisioner] : [],
  })
  const scheduler = startScheduler({ client: api.client('kube-scheduler'), clock })
  for (const { path, object } of addOnObjects(scenario.network, departures)) await client.create(path, object)
  for (const object of runtimeClassObjects(scenario, departures))
    await client.create('/apis/node.k8s.io/v1/runtimeclasses', object)
  for (const object of storageClassObjects(scenario))
    await client.create('/apis/storage.k8s.io/v1/storageclasses', object)
  const running = await Promise.all(
    nodes.map((node) => {
      const lacks = (image: string) =>
        !course.secondNodePulls &&
        node.kataNumber === 2 &&
        image.includes('/kata-deploy:') &&
        !image.endsWith(`:${scenario.kataVersion}`)
      const images = createImageService({ clock, lacks })
      return startNode(node, scenario, { client: api.client('kubelet'), endpoint, address: node.ip, images })
    }),
  )
  const connectionOf = (name: string): NodeConnection => {
    const found = running.find(({ kubelet }) => kubelet.nodeName === name)
    if (!found) throw new Error(`the scenario has no node ${name}; ${nodes.map((node) => node.name).join(', ')}`)
    return found.connection
  }
  if (departures.agentUnderKata) await client.create('/apis/apps/v1/namespaces/kube-system/daemonsets', agentUnderKata)
  await deployKata(client, scenario, departures)
  if (scenario.kyverno) {
    for (const { path, object } of kyvernoObjects(scenario.kyverno, scenario, departures))
      await client.create(path, object)
  }
  installed = true
  const silence = (node: string) => {
    connectionOf(node).cut()
    endpoint.nodes.silence(node)
  }
  const kataDeploy = startKataDeploy({ client, clock, scenario, nodes, course, lose: silence })
  return {
    kubeconfig: api.kubeconfig(),
    url: api.url,
    client,
    nodes,
    silence,
    restore(node) {
      connectionOf(node).mend()
      endpoint.nodes.speak(node)
    },
    async close() {
      kataDeploy.stop()
      await Promise.all(running.map(({ kubelet }) => kubelet.stop()))
      scheduler.stop()
      controllers.stop()
      await Promise.all(running.map(({ runtime }) => runtime.close()))
      await endpoint.close()
      await api.close()
    },
  }
}
