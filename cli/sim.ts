import { openSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { chosen } from './chosen.ts'
import { collectList } from './collect.ts'
import { count, portNumber, positive } from './runSettings.ts'
import { onSignals } from './signals.ts'
import { UsageError } from './usageError.ts'

export interface SimOptions {
  scenario: string
  fault: string[]
  upgradeFault: string[]
  kataVersion?: string
  nodes?: number
  port?: string
  auditLog?: string
  speed?: number
  join?: string
  context?: string
  nodeAddress?: string
  listen?: string
  kubeletPort?: string
  /** --no-latencies */
  latencies: boolean
}

export function addSimCommand(program: Command): void {
  program
    .command('sim')
    .description(
      'serve a simulated Kata cluster on loopback and print its kubeconfig, or let simulated Kata nodes join a real control plane',
    )
    .option('--scenario <file>', 'a scenario by name or file', 'documented')
    .option('--fault <name>', 'besides the faults of the scenario (repeatable)', collectList, [])
    .option('--upgrade-fault <name>', 'how upgrades of kata-deploy go wrong there (repeatable)', collectList, [])
    .option('--kata-version <version>', 'the release of Kata, 3.25.0 to 4.1.0')
    .option('--nodes <n>', 'how many nodes, after the pattern of the scenario', (text) => count(text, '--nodes'))
    .option('--port <port>', 'port of the API server (default: any free one)')
    .option('--audit-log <file>', 'append each request as the API server audits it: one JSON object a line')
    .option('--speed <factor>', 'how many times faster than life (default: 1)', (text) => positive(text, '--speed'))
    .option('--join <kubeconfig>', 'only nodes: they join the real API server of this kubeconfig until Ctrl-C')
    .option('--context <name>', 'with --join, and needed there: the context of the kubeconfig')
    .option(
      '--node-address <ip>',
      'with --join: where the API server reaches this machine (default: as this machine reaches it)',
    )
    .option('--listen <ip>', 'with --join: address to listen on, where traffic to the node address is forwarded')
    .option(
      '--kubelet-port <port>',
      'with --join: port of the first kubelet, the others follow (default: any free ones)',
    )
    .option('--no-latencies', 'with --join: sandboxes and containers start without the time that they take in life')
    .action(async (options: SimOptions) => {
      if (options.join === undefined) await serve(options)
      else await join(options.join, options)
    })
}

async function serve(options: SimOptions): Promise<void> {
  refuse(
    options,
    ['context', 'nodeAddress', 'listen', 'kubeletPort'],
    'is about joining a cluster; add --join KUBECONFIG',
  )
  const port = options.port === undefined ? 0 : portNumber(options.port, '--port')
  const { startSimulation } = await import('../sim/simulation.ts')
  const simulation = await startSimulation({
    scenario: await chosenScenario(options),
    speed: options.speed ?? 1,
    upgradeFaults: options.upgradeFault,
    port,
    ...(options.auditLog === undefined ? {} : { audit: auditLog(options.auditLog) }),
  })
  process.stdout.write(simulation.kubeconfig)
  process.stderr.write(
    `# a SIMULATED Kata cluster at ${simulation.url}; save the kubeconfig above and use it with kubectl; Ctrl-C ends it\n`,
  )
  untilSignal(() => simulation.close())
}

async function join(kubeconfig: string, options: SimOptions): Promise<void> {
  refuse(options, ['port', 'auditLog'], 'is of the embedded API server; without --join')
  refuse(options, ['speed'], 'is of the embedded cluster: on a real control plane time is real')
  const { joinCluster } = await import('./joinCluster.ts')
  const simulation = await joinCluster(kubeconfig, await chosenScenario(options), options)
  untilSignal(() => simulation.close())
}

async function chosenScenario({ scenario, fault, kataVersion, nodes }: SimOptions) {
  const { scenarioOf } = await import('./scenarioOf.ts')
  const { withNodes } = await import('../sim/scenarios/withNodes.ts')
  const loaded = await scenarioOf(scenario, { faults: fault, ...chosen({ kataVersion }) })
  return nodes === undefined ? loaded : withNodes(loaded, nodes)
}

/** Throws UsageError for options that mean nothing here. */
function refuse(options: SimOptions, names: readonly (keyof SimOptions)[], because: string): void {
  for (const name of names) {
    if (options[name] === undefined) continue
    throw new UsageError(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${because}`)
  }
}

/** The first signal ends it in order, the second at once. */
function untilSignal(close: () => Promise<void>): void {
  const stop = () =>
    void close().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`kata-conformance: ${error.message}\n`)
        process.exit(3)
      },
    )
  onSignals(stop, 'the simulated nodes are being removed')
}

/** Throws UsageError when the file cannot be written. */
function auditLog(file: string): (event: object) => void {
  let log: number
  try {
    log = openSync(file, 'a')
  } catch (error) {
    throw new UsageError(`--audit-log ${file} cannot be written: ${(error as Error).message}`)
  }
  return (event) => writeSync(log, `${JSON.stringify(event)}\n`)
}
