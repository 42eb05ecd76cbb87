import type { KubeObject } from '../../../sim/kubeObject.ts'
import type { Simulation } from '../../../sim/simulation.ts'
import { statusOf } from '../../simulator/kubelet/seen.ts'
import { execInPod, type ExecAnswer } from './execClient.ts'
import { follow, isOver, isReady, type History } from './history.ts'
import type { RecordedStep } from './recordedScenario.ts'

export interface Stage {
  simulation: Simulation
  namespace: string
  history: History
  /** Waits in simulated time, at most as long as a recorded story takes. */
  come(holds: () => boolean): Promise<void>
}

/** Does a recorded step; commands of the recorder on its node are done by `onNode`. */
export async function act(step: RecordedStep, stage: Stage): Promise<ExecAnswer | null> {
  const { simulation, namespace, history } = stage
  switch (step.step) {
    case 'sleep':
      await simulation.nodes[0]!.clock.sleep(step.seconds * 1000)
      return null
    case 'exec': {
      if (isOver(history.latest(step.pod)))
        return {
          exit: 1,
          stdout: '',
          stderr: `error: cannot exec into a container in a completed pod; current phase is ${statusOf(history.latest(step.pod)!).phase}\n`,
        }
      const container = step.container ?? firstContainer(stage, step.pod)
      // the recorded node's bridge
      const gateway = podIp(history.latest(step.pod)).replace(/\d+$/, '1')
      const argv = step.argv.map((word) => word.replaceAll('10.244.0.1', gateway))
      return execInPod(simulation.url, tokenOf(simulation), namespace, { ...step, argv, container })
    }
    case 'node':
      if (step.cmd.includes('kill -9')) await onNodes(step.cmd, stage)
      return null
    case 'kubectl':
      await kubectl(step.argv, stage)
      return null
  }
}

const podIp = (pod: KubeObject | undefined): string => (pod?.status as { podIP?: string } | undefined)?.podIP ?? ''

/** kubectl exec without --container takes the first. */
const firstContainer = ({ history }: Stage, pod: string): string | null =>
  (history.latest(pod)?.spec as { containers: { name: string }[] } | undefined)?.containers[0]?.name ?? null

const tokenOf = ({ kubeconfig }: Simulation): string => /token: (\S+)/.exec(kubeconfig)![1]!

const PROBES = 'default'

/** As root of every node, from a privileged pod in the node's namespaces. */
async function onNodes(cmd: string, stage: Stage): Promise<void> {
  const { simulation } = stage
  const path = `/api/v1/namespaces/${PROBES}/pods`
  for (const { name } of simulation.nodes) {
    const probe = `probe-${name}`
    const over = new AbortController()
    const history = follow(simulation.client, PROBES, over.signal)
    await simulation.client.create(path, probePod(probe, name))
    await history.until(() => isReady(history.latest(probe)), AbortSignal.timeout(10_000))
    over.abort()
    const argv = ['chroot', '/host', 'sh', '-c', cmd]
    await execInPod(simulation.url, tokenOf(simulation), PROBES, { pod: probe, container: null, argv, stdin: null })
    await simulation.client.delete(`${path}/${probe}`, { gracePeriodSeconds: 0 })
  }
}

const probePod = (name: string, nodeName: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: PROBES },
  spec: {
    nodeName,
    hostPID: true,
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
    containers: [
      {
        name: 'probe',
        image: 'busybox:1.36',
        command: ['sleep', '3600'],
        securityContext: { privileged: true },
        volumeMounts: [{ name: 'host', mountPath: '/host' }],
      },
    ],
  },
})

async function kubectl(argv: readonly string[], { simulation, namespace, history, come }: Stage): Promise<void> {
  const [verb, kind, name = ''] = argv
  const { client } = simulation
  const plurals: Record<string, string> = { cm: 'configmaps', secret: 'secrets', pod: 'pods' }
  const path = `/api/v1/namespaces/${namespace}/${plurals[kind ?? ''] ?? ''}/${name}`
  if (verb === 'patch') await client.patch(path, JSON.parse(argv.at(-1) ?? ''))
  else if (verb === 'delete') {
    await client.delete(path)
    await come(() => history.gone.has(name))
  } else if (verb !== 'get') throw new Error(`kubectl ${argv.join(' ')} is not known here`)
}
