import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { RunOptions } from '../../engine/options.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { AuditEvent } from '../../sim/apiserver/http/audit.ts'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'
import { startSimulation } from '../../sim/simulation.ts'
import { runChecks } from '../mutation/simulatedRun.ts'

/** What a run has asked of the API server, and what it left on the nodes. */
export interface AuditedRun {
  readonly record: RunRecord
  /** Events of the run's own user that are over, in their order. */
  readonly requests: readonly AuditEvent[]
  /** Files of the nodes below the folders that may be changed, before and after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Where node changes are made: helpers/node/workshopPod.ts. */
const folders = ['/var/tmp', '/dev', '/dev/shm', '/dev/mqueue', '/tmp']

/** Runs all checks on the scenario `small` with an audit log that has the objects of writes. */
export async function auditedRun(options: Partial<RunOptions>): Promise<AuditedRun> {
  const requests: AuditEvent[] = []
  const scenario = await loadScenario('small')
  const simulation = await startSimulation({
    scenario,
    speed: Infinity,
    auditLevel: 'RequestResponse',
    audit: (event) => {
      if (event.stage === 'ResponseComplete') requests.push(event)
    },
  })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-audit-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  const onNodes = (): string[] =>
    simulation.nodes.flatMap(({ name, machine: { files } }) => [
      ...folders.flatMap((of) => files.list(of).map((file) => `${name}:${of}/${file}`)),
      ...files.list('/sys/block').map((device) => `${name}:${device} over ${textOf(files.read(backing(device)))}`),
    ])
  try {
    writeFileSync(kubeconfig, simulation.kubeconfig, { mode: 0o600 })
    const before = onNodes()
    const storage = scenario.storageClasses.map(({ name, mode }) => [mode === 'Block' ? 'block' : 'filesystem', name])
    const record = await runChecks(kubeconfig, { storageClasses: Object.fromEntries(storage), ...options })
    return { record, requests, before, after: onNodes() }
  } finally {
    await simulation.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const backing = (device: string): string => `/sys/block/${device}/loop/backing_file`

const textOf = (content: string | Uint8Array | null): string =>
  content === null ? 'nothing' : Buffer.from(content).toString().trim()
