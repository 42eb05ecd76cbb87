import { expect } from 'chai'
import { WebSocket } from 'ws'
import { scenarioOf } from '../../../cli/scenarioOf.ts'
import { startSimulation, type Simulation } from '../../../sim/simulation.ts'
import { conditionOf } from './seen.ts'

describe('a simulated node that falls silent', () => {
  let simulation: Simulation

  before(async () => {
    // A minute of the node life cycle in half a second.
    simulation = await startSimulation({ scenario: await scenarioOf('small', {}), speed: 100 })
  })
  after(() => simulation.close())

  type Condition = ReturnType<typeof conditionOf>

  /** The node's condition Ready, once it is as wanted. */
  const readyOnce = async (name: string, wanted: (ready: Condition) => boolean): Promise<Condition> => {
    const path = '/api/v1/nodes'
    const { items, resourceVersion } = await simulation.client.list(path)
    const now = conditionOf(items.find(({ metadata }) => metadata.name === name) ?? null, 'Ready')
    if (wanted(now)) return now
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), 20_000)
    try {
      for await (const { object } of simulation.client.watch(path, { resourceVersion, signal: deadline.signal })) {
        const ready = conditionOf(object, 'Ready')
        if (object.metadata.name === name && wanted(ready)) return ready
      }
      throw new Error(`node ${name} did not become what was awaited`)
    } finally {
      clearTimeout(timer)
      deadline.abort()
    }
  }

  const becomes = (name: string, status: string) => readyOnce(name, (ready) => ready?.status === status)

  it('keeps the time of its conditions from one report to the next while nothing changes', async () => {
    const [first = ''] = simulation.nodes.map(({ name }) => name)
    const registered = await readyOnce(first, () => true)
    // The kubelet's default: every five minutes, three seconds here.
    const reported = await readyOnce(first, (ready) => ready?.lastHeartbeatTime !== registered?.lastHeartbeatTime)
    expect(reported?.lastTransitionTime).to.equal(registered?.lastTransitionTime)
  })

  it('is Unknown after its grace period, takes no exec, and is Ready when it comes back', async () => {
    const [first, second] = simulation.nodes.map(({ name }) => name)
    const pods = await simulation.client.list('/api/v1/pods', { fieldSelector: `spec.nodeName=${first}` })
    const pod = pods.items[0]
    const headers = { authorization: `Bearer ${/token: (\S+)/.exec(simulation.kubeconfig)?.[1]}` }
    const log = () =>
      fetch(`${simulation.url}/api/v1/namespaces/${pod?.metadata.namespace}/pods/${pod?.metadata.name}/log`, {
        headers,
      })
    const exec = (): Promise<string> =>
      new Promise((resolve) => {
        const path = `/api/v1/namespaces/${pod?.metadata.namespace}/pods/${pod?.metadata.name}/exec?command=true&stdout=true`
        const socket = new WebSocket(`${simulation.url.replace('http', 'ws')}${path}`, 'v5.channel.k8s.io', { headers })
        socket.once('open', () => {
          socket.terminate()
          resolve('opened')
        })
        socket.once('unexpected-response', (_, answer) => {
          let text = `${answer.statusCode} `
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve(text))
        })
      })
    expect((await log()).status).to.equal(200)
    expect(await exec()).to.equal('opened')
    simulation.silence(first ?? '')
    const refused = await log()
    expect(refused.status).to.equal(500)
    expect(await refused.text()).to.include('error dialing backend')
    expect(await exec()).to.match(/^500 .*error dialing backend: EOF/)
    await becomes(first ?? '', 'Unknown')
    const other = await simulation.client.get(`/api/v1/nodes/${second}`)
    expect(conditionOf(other, 'Ready')?.status).to.equal('True')
    const silent = await simulation.client.get(`/api/v1/nodes/${first}`)
    expect(conditionOf(silent, 'Ready')).to.include({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
    simulation.restore(first ?? '')
    await becomes(first ?? '', 'True')
    expect((await log()).status).to.equal(200)
  })
})
