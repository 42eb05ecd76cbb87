import { connect } from '../../../helpers/cluster/connect.ts'
import { ownSettings, script, startCluster, type TestCluster } from '../../kubernetes/testCluster.ts'
import { upstreamOf } from '../proxy/upstream.ts'
import type { Target } from './target.ts'

/** One of the two nodes may die: what runs on the other must not be disturbed. */
const WORKERS = 2

/** A cluster of its own on this machine (docs/test-cluster.md), with impostors of Kata's classes. Throws RangeError where the machine cannot run one. */
export async function startReal(name: string): Promise<Target> {
  const environment = await ownSettings('reliability')
  // What a killed run has left would be in the way.
  await script('down.sh', [], environment)
  const cluster = await startCluster(environment, '--impostor', '--workers', String(WORKERS))
  if ('reason' in cluster) throw new RangeError(`no real cluster on this machine: ${cluster.reason}`)
  const target = await realTarget(name, cluster)
  return {
    ...target,
    async close() {
      await target.close()
      await cluster.down()
    },
  }
}

/** Disturbed runs on a cluster that runs already; it is left as it was found. */
export async function realTarget(name: string, { kubeconfig, folder, enter }: TestCluster): Promise<Target> {
  const cluster = await connect({ kubeconfig })
  const shell = async (where: string, script: string): Promise<void> => {
    const { code, stderr } = await enter(where, 'sh', '-c', script)
    if (code !== 0) throw new Error(`${script} in ${where}: exit code ${code}: ${stderr}`)
  }
  /** Kills a server and keeps it away; the result lets it come again. */
  const holdAway = async (where: string, file: string): Promise<() => Promise<void>> => {
    await shell(where, `touch ${file}.hold; kill -9 $(cat ${file}.pid)`)
    return () => shell(where, `rm ${file}.hold`)
  }
  return {
    name,
    kubeconfig,
    upstream: () => upstreamOf(kubeconfig),
    cluster,
    killApiServer: () => holdAway('control-plane', `${folder}/run/kube-apiserver`),
    async silenceNode(node, how) {
      if (how === 'killed') return holdAway(node, '/run/kubelet')
      await shell(node, 'kill -STOP $(cat /run/kubelet.pid)')
      return () => shell(node, 'kill -CONT $(cat /run/kubelet.pid)')
    },
    // In the simulation's time a node is away for 40 s to 5 min.
    nodeTime: 6,
    // A pod that is on the node is waited for, and then its removal.
    nodePatienceMs: 420_000,
    settings: {},
    close: () => cluster.close(),
  }
}
