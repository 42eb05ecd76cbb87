import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { quantile, row, type Row } from './row.ts'

const NODES = 1000
const PODS = 5000
const AT_ONCE = 32
const DEADLINE_MS = 300_000

/** The simulator with many nodes and pods, driven over HTTP by another process. */
export async function scale(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-bench-'))
  const started = performance.now()
  const child = fork(path.join(import.meta.dirname, 'largeSimulation.ts'), [String(NODES)], {
    execArgv: ['--import=tsx'],
  })
  try {
    const { kubeconfig } = await answer<{ kubeconfig: string }>(child)
    const nodesMs = performance.now() - started
    writeFileSync(path.join(folder, 'kubeconfig'), kubeconfig)
    const cluster = await connect({ kubeconfig: path.join(folder, 'kubeconfig') })
    const { seconds, lags } = await createPods(cluster)
    child.send('memory')
    const { rssMiB } = await answer<{ rssMiB: number }>(child)
    await cluster.close()
    return [
      row(
        `simulator: ${PODS} pods on ${NODES} nodes created and Running`,
        seconds,
        60,
        's',
        `nodes in ${(nodesMs / 1000).toFixed(1)} s before`,
      ),
      row('simulator: watch lag p99', quantile(lags, 0.99), 250, 'ms', 'from the answer to a create to its event'),
      row('simulator: memory', rssMiB, 1024, 'MiB', 'largest resident set'),
    ]
  } finally {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the simulation ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

interface WatchEvent {
  type: string
  object: { metadata: { name: string }; status?: { phase?: string } }
}

async function createPods(cluster: Cluster): Promise<{ seconds: number; lags: number[] }> {
  const created = new Map<string, number>()
  const seen = new Map<string, number>()
  const running = new Set<string>()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(DEADLINE_MS)])
  const allRun = watchPods(cluster.server, signal, ({ type, object: { metadata, status } }) => {
    if (type === 'ADDED') seen.set(metadata.name, performance.now())
    if (status?.phase === 'Running') running.add(metadata.name)
    return running.size === PODS
  })
  const start = performance.now()
  const names = Array.from({ length: PODS }, (_, index) => `pod-${index}`)
  const { manifest } = busybox(undefined).build()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        const spec = manifest['spec'] as { containers: object[] }
        const containers = spec.containers.map((each) => ({ ...each, image: 'busybox:1.36' }))
        await cluster.create({ ...manifest, metadata: { name, namespace: 'default' }, spec: { ...spec, containers } })
        created.set(name, performance.now())
      }
    }),
  )
  await allRun
  abort.abort()
  const lags = [...seen].map(([name, at]) => Math.max(0, at - (created.get(name) ?? at)))
  return { seconds: (performance.now() - start) / 1000, lags }
}

/** Follows the pods of namespace default until `until` says so. */
async function watchPods(server: string, signal: AbortSignal, until: (event: WatchEvent) => boolean): Promise<void> {
  const response = await fetch(`${server}/api/v1/namespaces/default/pods?watch=true`, { signal })
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (until(JSON.parse(line) as WatchEvent)) return
  }
  throw new Error('the watch ended before all pods ran')
}
