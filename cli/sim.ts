import { openSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { chosen } from './chosen.ts'
import { portNumber, positive } from './runSettings.ts'
import { UsageError } from './usageError.ts'

interface SimOptions {
  scenario: string
  kataVersion?: string
  port?: string
  auditLog?: string
  speed: number
}

export function addSimCommand(program: Command): void {
  program
    .command('sim')
    .description('serve a simulated Kata cluster on loopback and print its kubeconfig')
    .option('--scenario <file>', 'a scenario by name or file', 'documented')
    .option('--kata-version <version>', 'the release of Kata, 3.25.0 to 4.1.0')
    .option('--port <port>', 'port of the API server (default: any free one)')
    .option('--audit-log <file>', 'append each request as the API server audits it: one JSON object a line')
    .option('--speed <factor>', 'how many times faster than life', (text) => positive(text, '--speed'), 1)
    .action(async (options: SimOptions) => {
      const port = options.port === undefined ? 0 : portNumber(options.port, '--port')
      const { scenarioOf } = await import('./scenarioOf.ts')
      const { startSimulation } = await import('../sim/simulation.ts')
      const simulation = await startSimulation({
        scenario: await scenarioOf(options.scenario, chosen({ kataVersion: options.kataVersion })),
        speed: options.speed,
        port,
        ...(options.auditLog === undefined ? {} : { audit: auditLog(options.auditLog) }),
      })
      process.stdout.write(simulation.kubeconfig)
      process.stderr.write(
        `# a SIMULATED Kata cluster at ${simulation.url}; save the kubeconfig above and use it with kubectl; Ctrl-C ends it\n`,
      )
      const stop = () => void simulation.close().then(() => process.exit(0))
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
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
