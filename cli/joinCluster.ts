import { connect } from 'node:net'
import { credentialSource } from '../helpers/cluster/credentials.ts'
import { loadKubeConfig } from '../helpers/cluster/kubeconfig.ts'
import { joinSimulation, type JoinedSimulation } from '../sim/join/joinSimulation.ts'
import type { Scenario } from '../sim/scenarios/scenario.ts'
import { portNumber } from './runSettings.ts'
import { chosen } from './chosen.ts'
import type { SimOptions } from './sim.ts'
import { UsageError } from './usageError.ts'

const say = (text: string): void => void process.stderr.write(`# ${text}\n`)

/** Lets the nodes of the scenario join, and says what that makes. Throws UsageError, KubeconfigError, JoinError. */
export async function joinCluster(file: string, scenario: Scenario, options: SimOptions): Promise<JoinedSimulation> {
  const load = () => loadKubeConfig({ kubeconfig: file, context: options.context })
  const config = load()
  const source = credentialSource(load)
  const context = config.getCurrentContext()
  if (options.context === undefined)
    throw new UsageError(
      `--join creates nodes in a real cluster: name it with --context (the kubeconfig's current one is ${context})`,
    )
  const server = config.getCurrentCluster()?.server ?? ''
  const kubeletPort = options.kubeletPort === undefined ? undefined : portNumber(options.kubeletPort, '--kubelet-port')
  const nodeAddress = options.nodeAddress ?? (await ownAddress(new URL(server)))
  const began = performance.now()
  const simulation = await joinSimulation({
    access: { server, context, credentials: () => source.get() },
    scenario,
    nodeAddress,
    latencies: options.latencies,
    ...chosen({ listen: options.listen, kubeletPort }),
    tell: say,
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  say(`joined in ${seconds} s; Ctrl-C removes what was created`)
  process.stdout.write(`${simulation.nodes.join('\n')}\n`)
  return simulation
}

/** The address with which this machine reaches the API server: it reaches us there too, unless something translates addresses between. */
function ownAddress(server: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(server.port || (server.protocol === 'http:' ? 80 : 443))
    const socket = connect({ host: server.hostname.replace(/^\[|\]$/g, ''), port, timeout: 10_000 })
    const fail = (why: string) => {
      socket.destroy()
      reject(new Error(`no connection to the API server ${server.host}: ${why}`))
    }
    socket.once('connect', () => {
      const { localAddress = '' } = socket
      socket.destroy()
      resolve(localAddress)
    })
    socket.once('error', (error) => fail(error.message))
    socket.once('timeout', () => fail('no answer within 10 s'))
  })
}
