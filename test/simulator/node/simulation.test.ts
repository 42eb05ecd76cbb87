import { expect } from 'chai'
import { WebSocket } from 'ws'
import type { KubeClient } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import { startSimulation, type Simulation } from '../../../sim/simulation.ts'

const pods = '/api/v1/namespaces/default/pods'

function pod(name: string, runtimeClassName: string | null, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      ...(runtimeClassName === null ? {} : { runtimeClassName }),
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          command: ['sh', '-c', 'trap "exit 0" TERM; echo started; while :; do sleep 1; done'],
        },
      ],
      ...spec,
    },
  }
}

/** Waits on a watch until a pod satisfies a condition; null stands for its deletion. */
async function until(
  client: KubeClient,
  name: string,
  condition: (pod: KubeObject | null) => boolean,
): Promise<KubeObject | null> {
  const done = new AbortController()
  const { items, resourceVersion } = await client.list(pods)
  const now = items.find((item) => item.metadata.name === name) ?? null
  if (condition(now)) return now
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(10_000)])
  try {
    for await (const { type, object } of client.watch(pods, { resourceVersion, signal })) {
      if (object.metadata.name !== name) continue
      const seen = type === 'DELETED' ? null : object
      if (condition(seen)) return seen
    }
  } finally {
    done.abort()
  }
  throw new Error(`pod ${name} did not come to the awaited state`)
}

interface PodStatus {
  podIP?: string
  startTime?: string
  conditions?: { type: string; status: string }[]
  containerStatuses?: {
    restartCount: number
    state: { running?: { startedAt: string } }
    lastState: { terminated?: object }
  }[]
}

const statusOf = (seen: KubeObject | null) => (seen?.status ?? {}) as PodStatus
const isReady = (seen: KubeObject | null) =>
  statusOf(seen).conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** An exec over the API server's WebSocket, as kubectl does it. */
function exec(simulation: Simulation, name: string, argv: string[]): Promise<{ stdout: string; code: number }> {
  const server = /server: (\S+)/.exec(simulation.kubeconfig)![1]!
  const query = new URLSearchParams([
    ...argv.map((word) => ['command', word] as [string, string]),
    ['container', 'main'],
    ['stdout', '1'],
    ['stderr', '1'],
  ])
  const socket = new WebSocket(`${server.replace('http', 'ws')}${pods}/${name}/exec?${query.toString()}`, [
    'v5.channel.k8s.io',
  ])
  return new Promise((resolve, reject) => {
    const output = { stdout: '', status: '' }
    socket.on('message', (data: Buffer) => {
      if (data[0] === 1) output.stdout += data.subarray(1).toString()
      if (data[0] === 3) output.status += data.subarray(1).toString()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      if (output.status === '') return
      const status = JSON.parse(output.status) as { status: string; details?: { causes: { message: string }[] } }
      resolve({
        stdout: output.stdout,
        code: status.status === 'Success' ? 0 : Number(status.details?.causes[0]?.message),
      })
    })
  })
}

async function withSimulation<T>(faults: string[], use: (simulation: Simulation) => Promise<T>): Promise<T> {
  const simulation = await startSimulation({ scenario: await loadScenario('small', { faults }), speed: 100 })
  try {
    return await use(simulation)
  } finally {
    await simulation.close()
  }
}

describe('simulation', () => {
  it('runs a Kata pod from its creation to its deletion', () =>
    withSimulation([], async (simulation) => {
      const { client } = simulation
      await client.create(pods, pod('k', 'kata-qemu'))
      const running = await until(client, 'k', isReady)
      expect(statusOf(running).podIP).to.match(/^10\.244\./)
      expect(await exec(simulation, 'k', ['sh', '-c', 'uname -r; exit 7'])).to.deep.equal({
        stdout: '6.18.5\n',
        code: 7,
      })
      await client.delete(`${pods}/k`)
      await until(client, 'k', (seen) => seen === null)
      const left = simulation.nodes
        .flatMap(({ machine }) => machine.processes())
        .filter(({ argv }) => argv.join(' ').includes('qemu'))
      expect(left).to.deep.equal([])
    }))

  it('is handed over with kata-deploy rolled out, nodes labelled and classes there', () =>
    withSimulation([], async ({ client }) => {
      const set = await client.get('/apis/apps/v1/namespaces/kata-containers/daemonsets/kata-deploy')
      expect(set.status).to.include({
        desiredNumberScheduled: 2,
        numberReady: 2,
        numberAvailable: 2,
        updatedNumberScheduled: 2,
      })
      const nodes = await client.list('/api/v1/nodes')
      expect(nodes.items.map(({ metadata }) => metadata.labels?.['katacontainers.io/kata-runtime'])).to.deep.equal([
        'true',
        'true',
      ])
      expect(
        (nodes.items[0]?.status as { runtimeHandlers: { name: string }[] }).runtimeHandlers.map(({ name }) => name),
      ).to.include.members(['', 'kata-qemu', 'kata-fc'])
      expect((await client.list('/apis/node.k8s.io/v1/runtimeclasses')).items).to.have.length(8)
    }))

  it('leaves no server and no connection behind', async () => {
    const resources = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))
    const before = resources()
    const simulation = await startSimulation({ scenario: await loadScenario('small'), speed: 100 })
    await simulation.client.create(pods, pod('k', 'kata-qemu'))
    await until(simulation.client, 'k', isReady)
    await simulation.close()
    // A closed handle is reaped in the next turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(resources()).to.deep.equal(before)
  })

  it('makes a new sandbox for a pod whose hypervisor died', () =>
    withSimulation([], async (simulation) => {
      const { client } = simulation
      await client.create(pods, pod('v', 'kata-qemu', { restartPolicy: 'Always' }))
      await until(client, 'v', isReady)
      const before = await exec(simulation, 'v', ['cat', '/proc/sys/kernel/random/boot_id'])
      const node = simulation.nodes.find(({ machine }) =>
        machine.processes().some(({ comm }) => comm.startsWith('qemu')),
      )!
      await client.create(
        pods,
        pod('killer', null, {
          nodeName: node.name,
          hostPID: true,
          restartPolicy: 'Never',
          containers: [
            {
              name: 'main',
              image: 'busybox:1.36',
              command: [
                'sh',
                '-c',
                `kill -9 ${node.machine.processes().find(({ comm }) => comm.startsWith('qemu'))!.pid}`,
              ],
              securityContext: { privileged: true },
            },
          ],
        }),
      )
      const again = await until(
        client,
        'v',
        (seen) => isReady(seen) && statusOf(seen).containerStatuses?.[0]?.restartCount === 1,
      )
      expect(statusOf(again).containerStatuses?.[0]?.lastState.terminated).to.include({
        exitCode: 255,
        reason: 'Error',
      })
      expect((await exec(simulation, 'v', ['cat', '/proc/sys/kernel/random/boot_id'])).stdout).to.not.equal(
        before.stdout,
      )
    }))

  it('refuses a RuntimeClass that does not exist', () =>
    withSimulation([], async ({ client }) => {
      const refusal = await client.create(pods, pod('n', 'kata-nope')).then(
        () => '',
        (error: Error) => error.message,
      )
      expect(refusal).to.include('pod rejected: RuntimeClass "kata-nope" not found')
    }))

  it('missing-runtimeclass-accepted: the default runtime runs it', () =>
    withSimulation(['missing-runtimeclass-accepted'], async (simulation) => {
      await simulation.client.create(pods, pod('n', 'kata-nope'))
      await until(simulation.client, 'n', isReady)
      expect((await exec(simulation, 'n', ['uname', '-r'])).stdout).to.equal('6.8.0-64-generic\n')
    }))

  const init = { initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 30'] }] }
  it('init-container-not-awaited: the main container is ready while the init container still runs', () =>
    withSimulation(['init-container-not-awaited'], async ({ client, nodes }) => {
      await client.create(pods, pod('i', 'kata-qemu', init))
      const ready = await until(client, 'i', isReady)
      const { startTime = '', containerStatuses } = statusOf(ready)
      const started = containerStatuses?.[0]?.state.running?.startedAt ?? ''
      expect(Date.parse(started) - Date.parse(startTime)).to.be.below(30_000)
      expect(nodes).to.have.length(2)
    }))

  it('container-restart-recreates-vm: another kernel after a restart', () =>
    withSimulation(['container-restart-recreates-vm'], async (simulation) => {
      const script =
        'cat /proc/sys/kernel/random/boot_id >> /data/ids; if [ -f /data/again ]; then while :; do sleep 1; done; fi; echo > /data/again; exit 3'
      const volume = { volumes: [{ name: 'data', hostPath: { path: '/var/tmp/ids', type: 'DirectoryOrCreate' } }] }
      const container = {
        name: 'main',
        image: 'busybox:1.36',
        command: ['sh', '-c', script],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      }
      await simulation.client.create(pods, pod('c', 'kata-qemu', { ...volume, containers: [container] }))
      await until(
        simulation.client,
        'c',
        (seen) => statusOf(seen).containerStatuses?.[0]?.restartCount === 1 && isReady(seen),
      )
      const { stdout } = await exec(simulation, 'c', ['cat', '/data/ids'])
      expect(new Set(stdout.trim().split('\n')).size).to.equal(2)
    }))
})
