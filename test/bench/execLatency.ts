import { WebSocket } from 'ws'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { loadImages } from '../../helpers/pods/images.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { startPod } from '../../helpers/pods/podStart.ts'
import { startTarget } from '../harness/simulatedCluster.ts'
import { quantile, row, type Row } from './row.ts'

const ROUNDS = 200
const argv = ['cat', '/proc/uptime']

/** Our exec against a bare WebSocket, turn about, on one pod of one server. */
export async function execLatency(): Promise<Row[]> {
  const target = await startTarget()
  const cluster = await connect({ kubeconfig: target.kubeconfig })
  try {
    const namespace = 'default'
    const name = 'bench'
    await startPod(cluster, {
      spec: busybox(undefined).build(),
      name,
      namespace,
      labels: {},
      images: loadImages([]),
    })
    const ours: number[] = []
    const bare: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await timed(() => cluster.exec({ namespace, name }, argv, { readOnly: true })))
      bare.push(await timed(() => bareExec(cluster, namespace, name)))
    }
    const [own, raw] = [quantile(ours, 0.5), quantile(bare, 0.5)]
    return [
      row(
        'exec p50 / bare WebSocket exec p50',
        own / raw,
        1.2,
        'x',
        `${own.toFixed(2)} ms against ${raw.toFixed(2)} ms`,
      ),
    ]
  } finally {
    await cluster.close()
    await target.close()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The least that an exec takes: one WebSocket, one command, the status. */
function bareExec(cluster: Cluster, namespace: string, name: string): Promise<void> {
  const query = new URLSearchParams([...argv.map((each) => ['command', each]), ['stdout', 'true'], ['stderr', 'true']])
  const address = `${cluster.server.replace('http:', 'ws:')}/api/v1/namespaces/${namespace}/pods/${name}/exec?${query}`
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, ['v5.channel.k8s.io'], { perMessageDeflate: false })
    socket.on('message', (data: Buffer) => {
      if (data[0] !== 3) return
      resolve()
      socket.close()
    })
    socket.on('error', reject)
  })
}
