import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { kataLabel, runtimeClassObjects } from '../node/clusterObjects.ts'
import type { SimNode } from '../node/simNode.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { kataVersions } from '../shims/kataRelease.ts'
import { installRelease } from './installRelease.ts'
import { scenarioAt } from './scenarioAt.ts'
import type { UpgradeCourse } from './upgradeFaults.ts'

const CLASSES = '/apis/node.k8s.io/v1/runtimeclasses'
/** ms that an installation takes on a node: copying artifacts, the restart of containerd. */
const INSTALLING_MS = 8000

export interface Options {
  client: KubeClient
  clock: Clock
  scenario: Scenario
  nodes: readonly SimNode[]
  course: UpgradeCourse
  /** The node falls silent. */
  lose(node: string): void
}

/**
 * kata-deploy from the day that the cluster was handed over: when its DaemonSet names another release, the chart's RuntimeClasses follow at once, and
 * each node when a pod of the new release runs there. (Install = unlink and copy artifacts, restart of the CRI, label: upstream's binary.)
 */
export function startKataDeploy(options: Options): { stop(): void } {
  const { client, scenario } = options
  const ended = new AbortController()
  const within = (api: string, plural: string) => `${api}/namespaces/${scenario.kataDeployNamespace}/${plural}`
  const installing = new Set<string>()
  const original = new Map(options.nodes.map((node) => [node, { departures: node.departures }]))
  let chart = scenario.kataVersion

  const follow = async (path: string, handle: (object: KubeObject) => Promise<void>): Promise<void> => {
    const { resourceVersion } = await client.list(path)
    for await (const { type, object } of client.watch(path, { resourceVersion, signal: ended.signal }))
      if (type !== 'DELETED') void handle(object).catch(() => undefined)
  }
  const run = (path: string, handle: (object: KubeObject) => Promise<void>) =>
    void follow(path, handle).catch(() => undefined)

  run(within('/apis/apps/v1', 'daemonsets'), async (set) => {
    const version = releaseIn(set['spec'].template.spec)
    if (version === null || version === chart) return
    const before = chart
    chart = version
    await replaceClasses(options, before, version)
  })
  run(within('/api/v1', 'pods'), async (pod) => {
    const version = releaseIn(pod['spec'])
    const node = options.nodes.find(({ name }) => name === pod['spec'].nodeName)
    const uid = pod.metadata.uid ?? ''
    const begun = pod['status']?.containerStatuses?.some(
      (each: { state?: object }) => each.state && 'running' in each.state,
    )
    if (version === null || !node?.scenario.kata || !begun || installing.has(uid)) return
    installing.add(uid)
    if (version !== node.release.version) await install(options, original, node, version)
  })
  return { stop: () => ended.abort() }
}

/** Release of the kata-deploy image in a pod's spec; null for other pods and releases that are not modelled. */
function releaseIn(spec: { containers?: { image?: string }[] }): string | null {
  const image = spec.containers?.map((each) => each.image ?? '').find((each) => /\/kata-deploy:/.test(each))
  const version = /:([^:@]+)(?:@|$)/.exec(image ?? '')?.[1] ?? ''
  return kataVersions.includes(version) ? version : null
}

/** As `helm upgrade` does with templates/runtimeclasses.yaml: a RuntimeClass is immutable in its handler, so it is replaced. */
async function replaceClasses({ client, scenario, course, nodes }: Options, before: string, version: string) {
  const departures = nodes[0]?.departures
  if (!departures) return
  const made = (release: string) =>
    runtimeClassObjects(release === scenario.kataVersion ? scenario : scenarioAt(scenario, release, course), departures)
  const [was, is] = [made(before), made(version)]
  const text = ({ metadata: _, ...rest }: KubeObject) => JSON.stringify(rest)
  for (const old of was) {
    const fresh = is.find(({ metadata }) => metadata.name === old.metadata.name)
    if (!fresh || text(fresh) !== text(old)) await client.delete(`${CLASSES}/${old.metadata.name}`)
    if (fresh && text(fresh) !== text(old)) await client.create(CLASSES, fresh)
  }
  for (const fresh of is)
    if (!was.some(({ metadata }) => metadata.name === fresh.metadata.name)) await client.create(CLASSES, fresh)
}

async function install(
  options: Options,
  original: ReadonlyMap<SimNode, Pick<SimNode, 'departures'>>,
  node: SimNode,
  version: string,
): Promise<void> {
  const { client, clock, scenario, course, lose } = options
  const second = node.kataNumber === 2
  const from = node.release.version
  if (second && course.secondNode === 'lost') return lose(node.name)
  await clock.sleep(INSTALLING_MS)
  const wanted = version === scenario.kataVersion ? scenario : scenarioAt(scenario, version, course)
  const { departures = node.departures } = original.get(node) ?? {}
  installRelease(node, wanted, course, { version: scenario.kataVersion, departures })
  // 3.28.0 cleans up on SIGTERM (#12761): the old pod has removed what its VMs run on.
  if (from.startsWith('3.28.') || (second && course.sandboxes === 'vms-killed')) killMachines(node)
  if (second && course.sandboxes === 'pods-deleted') await deletePods(client, node.name)
  const handlers = ['', node.scenario.defaultRuntime, ...node.handlers.keys()]
  const runtimeHandlers = handlers.map((name) => ({
    name,
    features: { recursiveReadOnlyMounts: !node.handlers.has(name), userNamespaces: false },
  }))
  await client.patch(`/api/v1/nodes/${node.name}`, { metadata: { labels: { [kataLabel]: 'true' } } })
  await client.patch(
    `/api/v1/nodes/${node.name}/status`,
    { status: { runtimeHandlers } },
    'application/merge-patch+json',
  )
}

const hypervisors = /^(qemu-system|cloud-hyperviso|firecracker)/

function killMachines({ machine }: SimNode): void {
  for (const { pid, comm } of machine.processes()) if (hypervisors.test(comm)) machine.signal(pid, 'KILL')
}

/** As a drain does: pods of Kata that nobody makes again. */
async function deletePods(client: KubeClient, node: string): Promise<void> {
  const { items } = await client.list('/api/v1/pods', { fieldSelector: `spec.nodeName=${node}` })
  for (const { metadata, ...pod } of items)
    if (pod['spec'].runtimeClassName?.startsWith('kata'))
      await client.delete(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`)
}
