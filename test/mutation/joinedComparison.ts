import type { RunOptions } from '../../engine/options.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'
import { startJoined } from '../kubernetes/joinedCluster.ts'
import type { TestCluster } from '../kubernetes/testCluster.ts'
import { runChecks, simulatedRun } from './simulatedRun.ts'

const SCENARIO = 'small'
/** On a real control plane nothing is free: more at once only wait for each other. */
const MAX_ARMS = 24

/** What is red, in order: arm, verdict and message, without what is of one run alone. */
export interface Reds {
  readonly embedded: readonly string[]
  readonly joined: readonly string[]
}

/**
 * Runs the same checks under the same fault (null: none) once on the embedded API server and once on nodes joined to a real control plane. What turns
 * red must be the same, in the same words: what differs is a fault of the embedded API server, scheduler or controllers.
 */
export async function redsOfBoth(
  cluster: TestCluster,
  fault: string | null,
  options: Partial<RunOptions>,
): Promise<Reds> {
  const faults = fault === null ? [] : [fault]
  const embedded = redsOf(await simulatedRun({ scenario: SCENARIO, faults, options }))
  return { embedded, joined: redsOf(await joinedRun(cluster, faults, options)) }
}

async function joinedRun(
  cluster: TestCluster,
  faults: readonly string[],
  options: Partial<RunOptions>,
): Promise<RunRecord> {
  const argv = faults.flatMap((fault) => ['--fault', fault])
  const joined = await startJoined(cluster, ['--scenario', SCENARIO, '--no-latencies', ...argv])
  const { runtimeClasses } = await loadScenario(SCENARIO)
  const declaredClasses = runtimeClasses.map(({ name, handler }) => ({ name, handler }))
  try {
    return await runChecks(cluster.kubeconfig, { declaredClasses, maxArms: MAX_ARMS, ...options })
  } finally {
    await joined.close()
  }
}

/** Arms that are not as on a healthy cluster, with their messages but for names and numbers of this one run. */
export function redsOf({ arms }: RunRecord): string[] {
  const good = (role: string) => (role === 'canary' ? ['failed'] : ['passed', 'skipped'])
  const reds = arms
    .filter(({ role, verdict }) => !good(role).includes(verdict))
    .map(({ id, verdict, message }) => `${id}: ${verdict}: ${withoutNumbers(message)}`)
  return [...new Set(reds)].sort()
}

function withoutNumbers(message: string): string {
  return (
    message
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UUID')
      .replace(/\b[0-9a-f]{12,64}\b/g, 'HEX')
      .replace(/\b(([0-9a-f]{2}:){5}[0-9a-f]{2})\b/g, 'MAC')
      .replace(/\b\d+(\.\d+)*\b/g, '#')
      // which of the arms that share a pod gives it its name is a matter of order
      .replace(/\bshared-[a-z-]+-#/g, 'shared pod')
  )
}
