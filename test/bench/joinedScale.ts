import { readFileSync } from 'node:fs'
import { busybox } from '../../helpers/pods/pod.ts'
import { credentialSource } from '../../helpers/cluster/credentials.ts'
import { loadKubeConfig } from '../../helpers/cluster/kubeconfig.ts'
import { createHttpClient, type HttpClient } from '../../sim/join/httpClient.ts'
import { createClock } from '../../sim/clock.ts'
import { startInformer } from '../../sim/controllers/informer.ts'
import type { KubeObject } from '../../sim/kubeObject.ts'
import { CONTEXT, joinableCluster, startJoined } from '../kubernetes/joinedCluster.ts'
import type { TestCluster } from '../kubernetes/testCluster.ts'
import { row, type Row, Skipped } from './row.ts'

const NODES = 1000
const PODS = 5000
const AT_ONCE = 32
const DEADLINE_MS = 1_200_000
const IDLE_MS = 30_000
const OURS = 'kata-conformance.dev/simulated'

/** Many simulated nodes on a real control plane. Throws Skipped where there can be none. */
export async function joinedScale(): Promise<Row[]> {
  const found = await joinableCluster('bench')
  if ('reason' in found) throw new Skipped(found.reason)
  const client = await clientOf(found)
  try {
    return await measure(found, client)
  } finally {
    await client.close()
    await found.down()
  }
}

async function measure(cluster: TestCluster, client: HttpClient): Promise<Row[]> {
  const began = performance.now()
  const ready = secondsUntil(client, '/api/v1/nodes', NODES, isReadyNode)
  const joined = await startJoined(
    cluster,
    ['--scenario', 'small', '--nodes', String(NODES), '--no-latencies'],
    DEADLINE_MS,
  )
  const readySeconds = await ready
  const joinedSeconds = (performance.now() - began) / 1000
  const idle = await cpuShare(joined.pid, IDLE_MS)
  const running = secondsUntil(client, '/api/v1/namespaces/default/pods', PODS, isRunning)
  await createPods(client)
  const runningSeconds = await running
  const memory = memoryMiB(joined.pid)
  await joined.close()
  return [
    row(
      `real control plane: ${NODES} simulated nodes Ready`,
      readySeconds,
      60,
      's',
      `with kata-deploy on each after ${Math.round(joinedSeconds)} s`,
    ),
    row(
      `real control plane: ${PODS} pods on ${NODES} nodes created and Running`,
      runningSeconds,
      200,
      's',
      'its scheduler binds at most 50 a second: 100 s',
    ),
    row(`simulator: CPU of ${NODES} joined nodes at rest`, idle, 0.5, 'CPUs', 'heartbeats'),
    row(`simulator: memory of ${NODES} joined nodes`, memory, 2048, 'MiB', 'largest resident set'),
  ]
}

async function clientOf({ kubeconfig }: TestCluster): Promise<HttpClient> {
  const load = () => loadKubeConfig({ kubeconfig })
  const source = credentialSource(load)
  const server = load().getCurrentCluster()?.server ?? ''
  return createHttpClient({ server, context: CONTEXT, credentials: () => source.get() })
}

async function createPods(client: HttpClient): Promise<void> {
  const { manifest } = busybox(undefined).build()
  const spec = manifest['spec'] as { containers: object[] }
  const containers = spec.containers.map((each) => ({ ...each, image: 'busybox:1.36' }))
  const names = Array.from({ length: PODS }, (_, index) => `pod-${index}`)
  const next = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      await client.create('/api/v1/namespaces/default/pods', {
        ...manifest,
        metadata: { name },
        spec: { ...spec, containers, nodeSelector: { [OURS]: 'true' } },
      })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
}

/** Seconds from now until so many objects of a collection are as asked. Lists again where the server ends a watch that does not keep up. */
function secondsUntil(
  client: HttpClient,
  path: string,
  count: number,
  holds: (object: KubeObject) => boolean,
): Promise<number> {
  const began = performance.now()
  const seen = new Set<string>()
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      informer.stop()
      reject(new Error(`${seen.size} of ${count} objects of ${path} after ${DEADLINE_MS / 1000} s`))
    }, DEADLINE_MS)
    const informer = startInformer({
      client,
      clock: createClock(1),
      path,
      onUpsert(object) {
        if (holds(object)) seen.add(object.metadata.name)
        if (seen.size < count) return
        clearTimeout(deadline)
        informer.stop()
        resolve((performance.now() - began) / 1000)
      },
    })
  })
}

const isReadyNode = ({ metadata, status }: KubeObject): boolean =>
  metadata.labels?.[OURS] === 'true' &&
  (status as { conditions?: { type: string; status: string }[] }).conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  ) === true

const isRunning = ({ status }: KubeObject): boolean => (status as { phase?: string }).phase === 'Running'

/** CPUs that a process uses over a while. */
async function cpuShare(pid: number, ms: number): Promise<number> {
  const ticks = () => {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const [utime, stime] = fields.split(' ').slice(11, 13)
    return Number(utime) + Number(stime)
  }
  const [began, before] = [performance.now(), ticks()]
  await new Promise((resolve) => setTimeout(resolve, ms))
  // a tick is 10 ms on Linux (USER_HZ)
  return ((ticks() - before) * 10) / (performance.now() - began)
}

const memoryMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024
